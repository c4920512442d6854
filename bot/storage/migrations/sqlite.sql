CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE people (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	tz VARCHAR(64) NOT NULL, 
	is_admin BOOLEAN NOT NULL, 
	is_guest BOOLEAN NOT NULL, 
	is_outside BOOLEAN NOT NULL, 
	is_bot BOOLEAN NOT NULL, 
	is_gone BOOLEAN NOT NULL, 
	notify VARCHAR(16) NOT NULL, 
	home_inbox VARCHAR(64) NOT NULL, 
	home_page INTEGER NOT NULL, 
	home_opened_at DATETIME, email VARCHAR(254), 
	CONSTRAINT pk_people PRIMARY KEY (id)
);
CREATE TABLE team_members (
	team_id INTEGER NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_team_members PRIMARY KEY (team_id, person_id), 
	CONSTRAINT fk_team_members_team_id FOREIGN KEY(team_id) REFERENCES teams (id) ON DELETE CASCADE
);
CREATE INDEX ix_team_members_person_id ON team_members (person_id);
CREATE TABLE channels (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	is_private BOOLEAN NOT NULL, 
	is_archived BOOLEAN NOT NULL, 
	is_member BOOLEAN NOT NULL, 
	mirrored_at DATETIME, 
	CONSTRAINT pk_channels PRIMARY KEY (id)
);
CREATE TABLE channel_members (
	channel_id VARCHAR(32) NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_channel_members PRIMARY KEY (channel_id, person_id), 
	CONSTRAINT fk_channel_members_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id) ON DELETE CASCADE
);
CREATE INDEX ix_channel_members_person_id ON channel_members (person_id);
CREATE TABLE case_types (
	id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	statuses JSON NOT NULL, 
	reasons JSON NOT NULL, 
	reason_required BOOLEAN NOT NULL, 
	CONSTRAINT pk_case_types PRIMARY KEY (id), 
	CONSTRAINT uq_case_types_name UNIQUE (name)
);
CREATE TABLE case_teams (
	case_id INTEGER NOT NULL, 
	team_id INTEGER NOT NULL, 
	CONSTRAINT pk_case_teams PRIMARY KEY (case_id, team_id), 
	CONSTRAINT fk_case_teams_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT fk_case_teams_team_id FOREIGN KEY(team_id) REFERENCES teams (id)
);
CREATE INDEX ix_case_teams_team_id ON case_teams (team_id);
CREATE TABLE watchers (
	case_id INTEGER NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_watchers PRIMARY KEY (case_id, person_id), 
	CONSTRAINT fk_watchers_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_watchers_person_id ON watchers (person_id);
CREATE TABLE relations (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	other_id INTEGER NOT NULL, 
	CONSTRAINT pk_relations PRIMARY KEY (id), 
	CONSTRAINT fk_relations_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT fk_relations_other_id FOREIGN KEY(other_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT uq_relations_case_id_kind_other_id UNIQUE (case_id, kind, other_id)
);
CREATE INDEX ix_relations_other_id ON relations (other_id);
CREATE TABLE posts (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	ts VARCHAR(32) NOT NULL, 
	thread_ts VARCHAR(32) NOT NULL, for_team BOOLEAN DEFAULT 0 NOT NULL, person_id VARCHAR(32), 
	CONSTRAINT pk_posts PRIMARY KEY (id), 
	CONSTRAINT fk_posts_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT uq_posts_channel_ts UNIQUE (channel, ts)
);
CREATE INDEX ix_posts_case_id ON posts (case_id);
CREATE INDEX ix_posts_thread_ts ON posts (thread_ts);
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	url TEXT NOT NULL, 
	text TEXT NOT NULL, 
	author VARCHAR(80) NOT NULL, 
	said_at DATETIME, 
	added_by VARCHAR(32) NOT NULL, 
	added_at DATETIME NOT NULL, 
	CONSTRAINT pk_evidence PRIMARY KEY (id), 
	CONSTRAINT fk_evidence_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_evidence_case_id ON evidence (case_id);
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	"key" VARCHAR(160) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	partner VARCHAR(16) NOT NULL, 
	stream VARCHAR(96) NOT NULL, 
	lane VARCHAR(64) NOT NULL, 
	case_id INTEGER, 
	entry_id INTEGER, 
	target VARCHAR(64) NOT NULL, 
	data JSON NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	not_before DATETIME NOT NULL, 
	lease_until DATETIME, 
	parked_until DATETIME, 
	attempts INTEGER NOT NULL, 
	last_error TEXT, 
	created_at DATETIME NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id), 
	CONSTRAINT uq_deliveries_key UNIQUE ("key")
);
CREATE INDEX ix_deliveries_case_id ON deliveries (case_id);
CREATE INDEX ix_deliveries_due_stream ON deliveries (stream, id) WHERE state = 'due';
CREATE INDEX ix_deliveries_parked ON deliveries (partner, parked_until) WHERE state = 'due' AND parked_until IS NOT NULL;
CREATE INDEX ix_deliveries_ready ON deliveries (partner, lane, id) WHERE state = 'due' AND parked_until IS NULL;
CREATE TABLE lanes (
	name VARCHAR(64) NOT NULL, 
	arrival DATETIME NOT NULL, 
	closed_until DATETIME, 
	CONSTRAINT pk_lanes PRIMARY KEY (name)
);
CREATE TABLE slots (
	job VARCHAR(64) NOT NULL, 
	slot_at DATETIME NOT NULL, lease_until DATETIME, 
	CONSTRAINT pk_slots PRIMARY KEY (job, slot_at)
);
CREATE TABLE case_search (
        case_id INTEGER PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
        "key" TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL, notes TEXT NOT NULL
    );
CREATE VIRTUAL TABLE case_search_words USING fts5 (
        "key", title, description, notes,
        content='case_search', content_rowid='case_id', tokenize='ascii', prefix='2 3'
    );
CREATE TRIGGER case_search_inserted AFTER INSERT ON case_search BEGIN
        INSERT INTO case_search_words (rowid, "key", title, description, notes)
        VALUES (new.case_id, new."key", new.title, new.description, new.notes);
    END;
CREATE TRIGGER case_search_deleted AFTER DELETE ON case_search BEGIN
        INSERT INTO case_search_words (case_search_words, rowid, "key", title, description, notes)
        VALUES ('delete', old.case_id, old."key", old.title, old.description, old.notes);
    END;
CREATE TRIGGER case_search_updated AFTER UPDATE ON case_search BEGIN
        INSERT INTO case_search_words (case_search_words, rowid, "key", title, description, notes)
        VALUES ('delete', old.case_id, old."key", old.title, old.description, old.notes);
        INSERT INTO case_search_words (rowid, "key", title, description, notes)
        VALUES (new.case_id, new."key", new.title, new.description, new.notes);
    END;
CREATE TABLE case_search_attributes (
        case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
        name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (case_id, name)
    ) WITHOUT ROWID
    ;
CREATE INDEX ix_case_search_attributes_value ON case_search_attributes (name, value, case_id);
CREATE TABLE bulks (
	id INTEGER NOT NULL, 
	actor VARCHAR(32) NOT NULL, 
	"query" TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	deed JSON NOT NULL, 
	total INTEGER NOT NULL, 
	done INTEGER NOT NULL, 
	back_total INTEGER NOT NULL, 
	back_done INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	channel VARCHAR(32), 
	ts VARCHAR(32), 
	CONSTRAINT pk_bulks PRIMARY KEY (id)
);
CREATE INDEX ix_bulks_created_at ON bulks (created_at);
CREATE TABLE bulk_cases (
	bulk_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	"key" VARCHAR(24) NOT NULL, 
	became VARCHAR(16), 
	why TEXT, 
	entry_id INTEGER, 
	concerns JSON, 
	back VARCHAR(16), 
	back_why TEXT, 
	CONSTRAINT pk_bulk_cases PRIMARY KEY (bulk_id, case_id), 
	CONSTRAINT fk_bulk_cases_bulk_id_bulks FOREIGN KEY(bulk_id) REFERENCES bulks (id) ON DELETE CASCADE
);
CREATE TABLE former_keys (
	"key" VARCHAR(24) NOT NULL, 
	case_id INTEGER NOT NULL, 
	CONSTRAINT pk_former_keys PRIMARY KEY ("key"), 
	CONSTRAINT fk_former_keys_case_id_cases FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_former_keys_case_id ON former_keys (case_id);
CREATE TABLE "teams" (
	id INTEGER NOT NULL, 
	slack_id VARCHAR(32), 
	handle VARCHAR(80) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	gone_at DATETIME, 
	home_channel VARCHAR(32), 
	created_by VARCHAR(32), 
	version INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_teams PRIMARY KEY (id), 
	CONSTRAINT uq_teams_slack_id UNIQUE (slack_id), 
	CONSTRAINT fk_teams_home_channel FOREIGN KEY(home_channel) REFERENCES channels (id)
);
CREATE INDEX ix_teams_handle ON teams (handle);
CREATE INDEX ix_teams_home_channel ON teams (home_channel);
CREATE UNIQUE INDEX uq_teams_handle_here ON teams (handle) WHERE slack_id IS NULL AND gone_at IS NULL;
CREATE TABLE inboxes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(80) NOT NULL, 
	"query" TEXT NOT NULL, 
	owner VARCHAR(32) NOT NULL, 
	team_id INTEGER, 
	project_id INTEGER, 
	events JSON NOT NULL, 
	stay_minutes INTEGER, 
	digest VARCHAR(8), 
	digest_minute INTEGER NOT NULL, 
	digest_tz VARCHAR(64) NOT NULL, 
	digest_at DATETIME, 
	knows_cases BOOLEAN NOT NULL, 
	is_timely BOOLEAN NOT NULL, 
	origin VARCHAR(255), 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT fk_inboxes_team_id FOREIGN KEY(team_id) REFERENCES teams (id), 
	CONSTRAINT fk_inboxes_project_id FOREIGN KEY(project_id) REFERENCES projects (id), 
	CONSTRAINT uq_inboxes_origin UNIQUE (origin)
);
CREATE INDEX ix_inboxes_owner ON inboxes (owner);
CREATE INDEX ix_inboxes_team_id ON inboxes (team_id);
CREATE INDEX ix_inboxes_project_id ON inboxes (project_id);
CREATE INDEX ix_inboxes_digest_at ON inboxes (digest_at);
CREATE TABLE inbox_recipients (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	inbox_id INTEGER NOT NULL, 
	medium VARCHAR(16) NOT NULL, 
	target VARCHAR(32) NOT NULL, 
	label VARCHAR(120) NOT NULL, 
	sealed TEXT, 
	problem TEXT, 
	problem_at DATETIME, 
	origin VARCHAR(255), 
	CONSTRAINT fk_inbox_recipients_inbox_id FOREIGN KEY(inbox_id) REFERENCES inboxes (id) ON DELETE CASCADE
);
CREATE INDEX ix_inbox_recipients_inbox_id ON inbox_recipients (inbox_id);
CREATE INDEX ix_inbox_recipients_medium_target ON inbox_recipients (medium, target);
CREATE TABLE inbox_mutes (
	inbox_id INTEGER NOT NULL, 
	person_id VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_inbox_mutes PRIMARY KEY (inbox_id, person_id), 
	CONSTRAINT fk_inbox_mutes_inbox_id FOREIGN KEY(inbox_id) REFERENCES inboxes (id) ON DELETE CASCADE
);
CREATE INDEX ix_inbox_mutes_person_id ON inbox_mutes (person_id);
CREATE TABLE inbox_cases (
	inbox_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	stay_at DATETIME, 
	CONSTRAINT pk_inbox_cases PRIMARY KEY (inbox_id, case_id), 
	CONSTRAINT fk_inbox_cases_inbox_id FOREIGN KEY(inbox_id) REFERENCES inboxes (id) ON DELETE CASCADE, 
	CONSTRAINT fk_inbox_cases_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_inbox_cases_case_id ON inbox_cases (case_id);
CREATE INDEX ix_inbox_cases_stay_at ON inbox_cases (stay_at);
CREATE TABLE notifications (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" VARCHAR(160) NOT NULL, 
	inbox_id INTEGER NOT NULL, 
	recipient_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	medium VARCHAR(16) NOT NULL, 
	target VARCHAR(32) NOT NULL, 
	event VARCHAR(16) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_notifications_inbox_id FOREIGN KEY(inbox_id) REFERENCES inboxes (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notifications_recipient_id FOREIGN KEY(recipient_id) REFERENCES inbox_recipients (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notifications_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT uq_notifications_key UNIQUE ("key")
);
CREATE INDEX ix_notifications_case_id_target ON notifications (case_id, target);
CREATE INDEX ix_notifications_inbox_id ON notifications (inbox_id);
CREATE INDEX ix_notifications_recipient_id ON notifications (recipient_id);
CREATE TABLE revisions (
	name VARCHAR(16) NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_revisions PRIMARY KEY (name)
);
CREATE INDEX ix_people_email ON people (email);
CREATE TABLE tickets (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	partner VARCHAR(16) NOT NULL, 
	foreign_id VARCHAR(64), 
	foreign_kind VARCHAR(80) NOT NULL, 
	"key" VARCHAR(80) NOT NULL, 
	folded_key VARCHAR(80) NOT NULL, 
	url TEXT NOT NULL, 
	title VARCHAR(300) NOT NULL, 
	status VARCHAR(80) NOT NULL, 
	assignee VARCHAR(120) NOT NULL, 
	health VARCHAR(16) NOT NULL, 
	problem TEXT, 
	problem_at DATETIME, 
	problem_in VARCHAR(16) NOT NULL, 
	wanted JSON NOT NULL, 
	base JSON NOT NULL, 
	conflicts JSON NOT NULL, 
	linked_by VARCHAR(32) NOT NULL, 
	linked_at DATETIME NOT NULL, 
	unlinked_at DATETIME, 
	CONSTRAINT pk_tickets PRIMARY KEY (id), 
	CONSTRAINT uq_tickets_partner_foreign_id_case_id UNIQUE (partner, foreign_id, case_id), 
	CONSTRAINT fk_tickets_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_tickets_case_id ON tickets (case_id);
CREATE INDEX ix_tickets_folded_key ON tickets (folded_key);
CREATE INDEX ix_tickets_foreign_id ON tickets (foreign_id);
CREATE TABLE ticket_notes (
	id INTEGER NOT NULL, 
	ticket_id INTEGER NOT NULL, 
	note_id INTEGER NOT NULL, 
	foreign_id VARCHAR(64) NOT NULL, 
	is_theirs BOOLEAN NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_ticket_notes PRIMARY KEY (id), 
	CONSTRAINT uq_ticket_notes_ticket_id_foreign_id UNIQUE (ticket_id, foreign_id), 
	CONSTRAINT fk_ticket_notes_ticket_id FOREIGN KEY(ticket_id) REFERENCES tickets (id) ON DELETE CASCADE, 
	CONSTRAINT fk_ticket_notes_note_id FOREIGN KEY(note_id) REFERENCES notes (id) ON DELETE CASCADE
);
CREATE INDEX ix_ticket_notes_note_id ON ticket_notes (note_id);
CREATE TABLE ticket_terms (
	project_id INTEGER NOT NULL, 
	partner VARCHAR(16) NOT NULL, 
	ways JSON NOT NULL, 
	statuses JSON NOT NULL, 
	priorities JSON NOT NULL, 
	internal BOOLEAN, 
	kind VARCHAR(80) NOT NULL, 
	subtype VARCHAR(80) NOT NULL, 
	changed_by VARCHAR(32) NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_ticket_terms PRIMARY KEY (project_id, partner), 
	CONSTRAINT fk_ticket_terms_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE TABLE ticket_news (
	partner VARCHAR(16) NOT NULL, 
	mark TEXT NOT NULL, 
	account VARCHAR(120) NOT NULL, 
	read_at DATETIME, 
	problem TEXT, 
	problem_at DATETIME, 
	CONSTRAINT pk_ticket_news PRIMARY KEY (partner)
);
CREATE TABLE "projects" (
	id INTEGER NOT NULL, 
	"key" VARCHAR(10) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	home_channel VARCHAR(32) NOT NULL, 
	is_private BOOLEAN NOT NULL, 
	guests_allowed BOOLEAN NOT NULL, 
	retention_months INTEGER, 
	last_number INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(32) NOT NULL, 
	copy_first BOOLEAN DEFAULT 0 NOT NULL, 
	close_after_days INTEGER, 
	CONSTRAINT pk_projects PRIMARY KEY (id), 
	CONSTRAINT fk_projects_home_channel FOREIGN KEY(home_channel) REFERENCES channels (id), 
	CONSTRAINT uq_projects_key UNIQUE ("key")
);
CREATE INDEX ix_projects_home_channel ON projects (home_channel);
CREATE TABLE "cases" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" VARCHAR(24) NOT NULL, 
	project_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	type_id INTEGER NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	description TEXT NOT NULL, 
	status VARCHAR(40) NOT NULL, 
	status_group VARCHAR(16) NOT NULL, 
	priority VARCHAR(8) NOT NULL, 
	assignee VARCHAR(32), 
	reporter VARCHAR(32) NOT NULL, 
	source VARCHAR(32) NOT NULL, 
	attributes JSON NOT NULL, 
	due DATE, 
	reason VARCHAR(80), 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	archived_at DATETIME, 
	evidence_count INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	ticket_count INTEGER DEFAULT '0' NOT NULL, 
	touched_at DATETIME NOT NULL, 
	closing_at DATETIME, 
	kept_until DATETIME, 
	snoozed_until DATETIME, 
	snoozed_by VARCHAR(32), severity VARCHAR(8), incident_channel VARCHAR(32), notebook VARCHAR(32), taken_at DATETIME, 
	CONSTRAINT uq_cases_key UNIQUE ("key"), 
	CONSTRAINT fk_cases_type_id FOREIGN KEY(type_id) REFERENCES case_types (id), 
	CONSTRAINT fk_cases_project_id FOREIGN KEY(project_id) REFERENCES projects (id)
);
CREATE INDEX ix_cases_assignee_updated ON cases (assignee, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_type_updated ON cases (type_id, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_group_due ON cases (status_group, due) WHERE archived_at IS NULL AND due IS NOT NULL;
CREATE INDEX ix_cases_archived ON cases (updated_at) WHERE archived_at IS NOT NULL;
CREATE INDEX ix_cases_priority_updated ON cases (priority, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_closed ON cases (closed_at) WHERE archived_at IS NULL AND closed_at IS NOT NULL;
CREATE INDEX ix_cases_group_created ON cases (status_group, created_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_source_updated ON cases (source, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_group_updated ON cases (status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_project_updated ON cases (project_id, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_status_updated ON cases (status, status_group, updated_at) WHERE archived_at IS NULL;
CREATE INDEX ix_cases_reporter ON cases (reporter, id);
CREATE INDEX ix_cases_reporter_updated ON cases (reporter, status_group, updated_at) WHERE archived_at IS NULL;
CREATE TABLE "entries" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	case_id INTEGER NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	actor VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	via VARCHAR(32) NOT NULL, 
	origin VARCHAR(255), 
	version INTEGER NOT NULL, 
	changes JSON NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT fk_entries_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT uq_entries_origin UNIQUE (origin)
);
CREATE INDEX ix_entries_case_id_id ON entries (case_id, id);
CREATE TABLE "notes" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	case_id INTEGER NOT NULL, 
	author VARCHAR(32) NOT NULL, 
	text TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	edited_at DATETIME, 
	deleted_at DATETIME, 
	channel VARCHAR(32), 
	ts VARCHAR(32), 
	CONSTRAINT uq_notes_channel_ts UNIQUE (channel, ts), 
	CONSTRAINT fk_notes_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_notes_case_id ON notes (case_id);
CREATE INDEX ix_cases_touched ON cases (project_id, touched_at) WHERE archived_at IS NULL AND status_group <> 'closed';
CREATE INDEX ix_cases_closing_at ON cases (closing_at) WHERE closing_at IS NOT NULL;
CREATE INDEX ix_cases_snoozed_until ON cases (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE TABLE departures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id INTEGER NOT NULL, 
	slot_at DATETIME NOT NULL, 
	months INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	last_id INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	gone INTEGER NOT NULL, 
	leaves_at DATETIME, 
	copied_at DATETIME, 
	ended_at DATETIME, 
	kept_by VARCHAR(32), 
	kept_until DATETIME, 
	channel VARCHAR(32), 
	ts VARCHAR(32), 
	CONSTRAINT fk_departures_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT uq_departures_project_id_slot_at UNIQUE (project_id, slot_at)
);
CREATE TABLE departing (
	case_id INTEGER NOT NULL, 
	departure_id INTEGER NOT NULL, 
	CONSTRAINT pk_departing PRIMARY KEY (case_id), 
	CONSTRAINT fk_departing_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT fk_departing_departure_id FOREIGN KEY(departure_id) REFERENCES departures (id) ON DELETE CASCADE
);
CREATE INDEX ix_departing_departure_id ON departing (departure_id);
CREATE TABLE tombstones (
	"key" VARCHAR(24) NOT NULL, 
	deleted_at DATETIME NOT NULL, 
	CONSTRAINT pk_tombstones PRIMARY KEY ("key")
);
CREATE TABLE silences (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	inbox_id INTEGER, 
	"query" TEXT NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	made_by VARCHAR(32) NOT NULL, 
	made_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	ended_by VARCHAR(32), 
	withheld INTEGER NOT NULL, 
	origin VARCHAR(255), told_at DATETIME, 
	CONSTRAINT fk_silences_inbox_id FOREIGN KEY(inbox_id) REFERENCES inboxes (id) ON DELETE CASCADE, 
	CONSTRAINT uq_silences_origin UNIQUE (origin)
);
CREATE INDEX ix_silences_inbox_id ON silences (inbox_id);
CREATE INDEX ix_silences_ends_at ON silences (ends_at);
CREATE TABLE incidents (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	severity VARCHAR(8) NOT NULL, 
	commander VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	is_private BOOLEAN NOT NULL, 
	archives BOOLEAN NOT NULL, 
	channel VARCHAR(32), 
	done JSON NOT NULL, 
	pager INTEGER, 
	declared_by VARCHAR(32) NOT NULL, 
	declared_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_incidents PRIMARY KEY (id), 
	CONSTRAINT fk_incidents_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_incidents_case_id ON incidents (case_id);
CREATE INDEX ix_incidents_channel ON incidents (channel);
CREATE TABLE notebooks (
	case_id INTEGER NOT NULL, 
	canvas VARCHAR(32), 
	is_file BOOLEAN NOT NULL, 
	started_by VARCHAR(32) NOT NULL, 
	started_at DATETIME NOT NULL, 
	CONSTRAINT pk_notebooks PRIMARY KEY (case_id), 
	CONSTRAINT fk_notebooks_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE TABLE weeklies (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"query" TEXT NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	owner VARCHAR(32) NOT NULL, 
	day VARCHAR(8) NOT NULL, 
	minute INTEGER NOT NULL, 
	tz VARCHAR(64) NOT NULL, 
	due_at DATETIME NOT NULL, 
	problem TEXT, 
	origin VARCHAR(255), 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_weeklies_origin UNIQUE (origin)
);
CREATE INDEX ix_weeklies_due_at ON weeklies (due_at);
CREATE INDEX ix_weeklies_owner ON weeklies (owner);
CREATE INDEX ix_weeklies_channel ON weeklies (channel);
CREATE TABLE alerts (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	"key" VARCHAR(200) NOT NULL, 
	is_current BOOLEAN, 
	case_id INTEGER, 
	state VARCHAR(16) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	link TEXT NOT NULL, 
	tags JSON NOT NULL, 
	repeats INTEGER NOT NULL, 
	cycle VARCHAR(200) NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	moved_at DATETIME NOT NULL, 
	moves INTEGER NOT NULL, 
	moves_since DATETIME NOT NULL, 
	is_stale BOOLEAN NOT NULL, intake VARCHAR(24) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT uq_alerts_project_id_source_key_is_current UNIQUE (project_id, source, "key", is_current), 
	CONSTRAINT fk_alerts_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT fk_alerts_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_alerts_case_id ON alerts (case_id);
CREATE INDEX ix_alerts_is_stale ON alerts (id) WHERE is_stale;
CREATE INDEX ix_alerts_caseless ON alerts (last_at) WHERE case_id IS NULL;
CREATE TABLE alert_arrivals (
	project_id INTEGER NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	delivery VARCHAR(128) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_alert_arrivals PRIMARY KEY (project_id, source, delivery), 
	CONSTRAINT fk_alert_arrivals_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX ix_alert_arrivals_at ON alert_arrivals (at);
CREATE TABLE watches (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	systems JSON NOT NULL, 
	words VARCHAR(200) NOT NULL, 
	any_word BOOLEAN NOT NULL, 
	tags JSON NOT NULL, 
	resolves BOOLEAN NOT NULL, 
	reopen_minutes INTEGER NOT NULL, 
	changed_by VARCHAR(32) NOT NULL, 
	changed_at DATETIME NOT NULL, most_cases INTEGER DEFAULT '50' NOT NULL, "query" TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_watches PRIMARY KEY (id), 
	CONSTRAINT uq_watches_channel_project_id UNIQUE (channel, project_id), 
	CONSTRAINT fk_watches_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT fk_watches_channel FOREIGN KEY(channel) REFERENCES channels (id)
);
CREATE INDEX ix_watches_project_id ON watches (project_id);
CREATE TABLE hooks (
	id INTEGER NOT NULL, 
	project_id INTEGER NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	sealed TEXT, 
	resolves BOOLEAN NOT NULL, 
	reopen_minutes INTEGER NOT NULL, 
	changed_by VARCHAR(32) NOT NULL, 
	changed_at DATETIME NOT NULL, most_cases INTEGER DEFAULT '50' NOT NULL, 
	CONSTRAINT pk_hooks PRIMARY KEY (id), 
	CONSTRAINT uq_hooks_project_id_source UNIQUE (project_id, source), 
	CONSTRAINT fk_hooks_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE, 
	CONSTRAINT uq_hooks_token_hash UNIQUE (token_hash)
);
CREATE TABLE rules (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id INTEGER NOT NULL, 
	name VARCHAR(60) NOT NULL, 
	owner VARCHAR(32) NOT NULL, 
	happening VARCHAR(16) NOT NULL, 
	minutes INTEGER, 
	levels JSON NOT NULL, 
	"query" TEXT NOT NULL, 
	actions JSON NOT NULL, 
	is_on BOOLEAN NOT NULL, 
	since DATETIME NOT NULL, 
	fired INTEGER NOT NULL, 
	fired_at DATETIME, 
	turn VARCHAR(32), 
	last_error TEXT, 
	last_error_at DATETIME, 
	error_told BOOLEAN NOT NULL, 
	origin VARCHAR(255), 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_rules_origin UNIQUE (origin), 
	CONSTRAINT fk_rules_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE
);
CREATE INDEX ix_rules_project_id_is_on ON rules (project_id, is_on);
CREATE TABLE rule_runs (
	id INTEGER NOT NULL, 
	rule_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	occasion VARCHAR(80) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_rule_runs PRIMARY KEY (id), 
	CONSTRAINT uq_rule_runs_rule_id_case_id_occasion UNIQUE (rule_id, case_id, occasion), 
	CONSTRAINT fk_rule_runs_rule_id FOREIGN KEY(rule_id) REFERENCES rules (id) ON DELETE CASCADE, 
	CONSTRAINT fk_rule_runs_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_rule_runs_case_id ON rule_runs (case_id);
CREATE INDEX ix_rule_runs_at ON rule_runs (at);
CREATE TABLE rule_clocks (
	rule_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	due_at DATETIME, 
	CONSTRAINT pk_rule_clocks PRIMARY KEY (rule_id, case_id), 
	CONSTRAINT fk_rule_clocks_rule_id FOREIGN KEY(rule_id) REFERENCES rules (id) ON DELETE CASCADE, 
	CONSTRAINT fk_rule_clocks_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_rule_clocks_case_id ON rule_clocks (case_id);
CREATE INDEX ix_rule_clocks_due_at ON rule_clocks (due_at);
CREATE INDEX ix_alerts_intake ON alerts (intake, first_at);
CREATE TABLE storms (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	intake VARCHAR(24) NOT NULL, 
	is_raging BOOLEAN, 
	label VARCHAR(100) NOT NULL, 
	most INTEGER NOT NULL, 
	resolves BOOLEAN NOT NULL, 
	priority VARCHAR(8) NOT NULL, 
	began_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	recovered_at DATETIME, 
	kinds INTEGER NOT NULL, 
	recovered INTEGER NOT NULL, 
	repeats INTEGER NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_storms PRIMARY KEY (id), 
	CONSTRAINT uq_storms_intake_is_raging UNIQUE (intake, is_raging), 
	CONSTRAINT uq_storms_case_id UNIQUE (case_id), 
	CONSTRAINT fk_storms_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE TABLE silenced_cases (
	silence_id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	CONSTRAINT pk_silenced_cases PRIMARY KEY (silence_id, case_id), 
	CONSTRAINT fk_silenced_cases_silence_id FOREIGN KEY(silence_id) REFERENCES silences (id) ON DELETE CASCADE, 
	CONSTRAINT fk_silenced_cases_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_silenced_cases_case_id ON silenced_cases (case_id);
CREATE TABLE held_back (
	silence_id INTEGER NOT NULL, 
	channel VARCHAR(32) NOT NULL, 
	case_id INTEGER NOT NULL, 
	CONSTRAINT pk_held_back PRIMARY KEY (silence_id, channel, case_id), 
	CONSTRAINT fk_held_back_silence_id FOREIGN KEY(silence_id) REFERENCES silences (id) ON DELETE CASCADE, 
	CONSTRAINT fk_held_back_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);
CREATE INDEX ix_held_back_case_id ON held_back (case_id);
CREATE INDEX ix_deliveries_dead ON deliveries (stream, id) WHERE state = 'dead';
CREATE INDEX ix_deliveries_done_at_state ON deliveries (done_at, state);
CREATE TABLE ticket_statuses (
	partner VARCHAR(16) NOT NULL, 
	kind VARCHAR(80) NOT NULL, 
	known JSON NOT NULL, 
	asked_at DATETIME NOT NULL, 
	CONSTRAINT pk_ticket_statuses PRIMARY KEY (partner, kind)
);
CREATE TABLE ticket_accounts (
	partner VARCHAR(16) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	account TEXT NOT NULL, 
	name TEXT NOT NULL, 
	asked_at DATETIME NOT NULL, 
	CONSTRAINT pk_ticket_accounts PRIMARY KEY (partner, email)
);
INSERT INTO "alembic_version" ("version_num") VALUES ('0016');
INSERT INTO "case_types" ("id", "name", "statuses", "reasons", "reason_required") VALUES (1, 'Standard', '[{"name": "Open", "group": "open"}, {"name": "In progress", "group": "in progress"}, {"name": "Closed", "group": "closed"}]', '["Resolved", "Duplicate", "Not a problem", "Will not fix"]', 0);
INSERT INTO "case_types" ("id", "name", "statuses", "reasons", "reason_required") VALUES (2, 'Security', '[{"name": "Open", "group": "open"}, {"name": "In progress", "group": "in progress"}, {"name": "Closed", "group": "closed"}]', '["Testing", "False positive", "One-time exception", "Resolved"]', 1);
INSERT INTO "revisions" ("name", "number") VALUES ('inboxes', 0);
INSERT INTO "revisions" ("name", "number") VALUES ('names', 0);
