"""Alembic's entry. Always called from ``storage.migrate``, on its connection and inside its transaction."""

from alembic import context

from bot.storage.schema import options

context.configure(connection=context.config.attributes["connection"], **options())
with context.begin_transaction():
    context.run_migrations()
