/*
 * Casebook: tells Casebook what happens to the records that are linked to its cases.
 *
 * In ServiceNow, System Definition > Business Rules > New:
 *   Table: Task, which all others extend.  Advanced, Insert, Update, Delete: ticked.  When: after.  Order: 1000.
 *   Script: all of this.
 * In System Properties (sys_properties.list), of type string:
 *   casebook.hook.url     https://<where Casebook can be reached>/hooks/servicenow
 *   casebook.hook.secret  the same as SERVICENOW_WEBHOOK_SECRET; allow admins alone to read it
 *
 * It waits for no answer and does not try again: what gets lost is found by Casebook's next look at what has changed.
 * Not as an async rule: those do not know what has changed.
 */
(function executeRule(current, previous) {
    var LINKED = 'Casebook';
    var WATCHED = ['short_description', 'description', 'state', 'impact', 'urgency', 'priority', 'assigned_to'];
    var JOURNALS = ['work_notes', 'comments'];

    var isLinked = current.getValue('correlation_display') == LINKED;
    var wasLinked = previous && previous.getValue('correlation_display') == LINKED;
    if (!isLinked && !wasLinked) {
        return;
    }

    function text(value) {
        return value ? String(value) : '';
    }

    function both(name) {
        return {'value': text(current.getValue(name)), 'display': text(current.getDisplayValue(name))};
    }

    function person(column, value) {
        var user = new GlideRecord('sys_user');
        if (!value || !user.get(column, value)) {
            return {'value': '', 'display': '', 'email': '', 'user_name': column == 'user_name' ? text(value) : ''};
        }
        return {
            'value': text(user.getUniqueValue()),
            'display': text(user.getValue('name')),
            'email': text(user.getValue('email')),
            'user_name': text(user.getValue('user_name'))
        };
    }

    function changed() {
        var names = [];
        for (var i = 0; i < WATCHED.length; i++) {
            if (current.operation() == 'insert' ? current.getValue(WATCHED[i]) : current[WATCHED[i]].changes()) {
                names.push(WATCHED[i]);
            }
        }
        return names;
    }

    function comments() {
        var entries = [];
        for (var i = 0; i < JOURNALS.length; i++) {
            if (!current[JOURNALS[i]].changes()) {
                continue;
            }
            var entry = new GlideRecord('sys_journal_field');
            entry.addQuery('element_id', current.getUniqueValue());
            entry.addQuery('element', JOURNALS[i]);
            entry.addQuery('sys_created_on', '>=', current.getValue('sys_updated_on'));
            entry.orderByDesc('sys_created_on');
            entry.setLimit(1);
            entry.query();
            if (entry.next()) {
                entries.push({
                    'id': text(entry.getUniqueValue()),
                    'type': JOURNALS[i],
                    'value': text(entry.getValue('value')),
                    'by': person('user_name', entry.getValue('sys_created_by')),
                    'at': text(entry.getValue('sys_created_on'))
                });
            }
        }
        return entries;
    }

    var isDeleted = current.operation() == 'delete';
    var now = new GlideDateTime().getValue();
    var body = {
        'event_id': current.getUniqueValue() + ':' + current.getValue('sys_mod_count'),
        'sent_at': now,
        'table': text(current.getRecordClassName()),
        'operation': text(current.operation()),
        'sys_id': text(current.getUniqueValue()),
        'number': text(current.getValue('number')),
        'short_description': text(current.getValue('short_description')),
        'description': text(current.getValue('description')),
        'state': both('state'),
        'impact': both('impact'),
        'urgency': both('urgency'),
        'priority': both('priority'),
        'assigned_to': person('sys_id', current.getValue('assigned_to')),
        'correlation_id': text(current.getValue('correlation_id')),
        'correlation_display': text(current.getValue('correlation_display')),
        'changed': isDeleted ? [] : changed(),
        'comments': isDeleted ? [] : comments(),
        'updated_by': person('user_name', isDeleted ? gs.getUserName() : current.getValue('sys_updated_by')),
        'updated_on': isDeleted ? now : text(current.getValue('sys_updated_on'))
    };

    // In ASCII alone, the bytes that are signed are the bytes that are sent, whatever either side takes them for.
    var raw = JSON.stringify(body).replace(/[\u007f-\uffff]/g, function (letter) {
        return '\\u' + ('0000' + letter.charCodeAt(0).toString(16)).slice(-4);
    });
    var key = GlideStringUtil.base64Encode(gs.getProperty('casebook.hook.secret'));
    var signature = new GlideCertificateEncryption().generateMac(key, 'HmacSHA256', raw);

    var message = new sn_ws.RESTMessageV2();
    message.setEndpoint(gs.getProperty('casebook.hook.url'));
    message.setHttpMethod('POST');
    message.setRequestHeader('Content-Type', 'application/json');
    message.setRequestHeader('X-Hmac-Signature', signature);
    message.disableForcedVariableSubstitution();
    message.setRequestBody(raw);
    message.executeAsync();
})(current, previous);
