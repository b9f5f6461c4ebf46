from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('push', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Sender',
            fields=[
                ('sender', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=48)),
                ('state', fields.CharField(max_length=8)),
                ('pace', fields.IntField()),
                ('hour_from', fields.SmallIntField()),
                ('hour_to', fields.SmallIntField()),
                ('swept', fields.BooleanField(default=False)),
                ('changed_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_sender', 'app': 'push', 'pk_attr': 'sender', 'table_description': 'A mass sending: open, paused, or stopped for good. Nothing of it leaves unless it is open.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Delivery',
            name='sender',
            field=fields.CharField(null=True, max_length=48),
        ),
        ops.AddField(
            model_name='Message',
            name='sender',
            field=fields.CharField(null=True, max_length=48),
        ),
        # partial: a message of a case, which has no sender, pays nothing for them
        ops.RunSQL(
            "CREATE INDEX push_delivery_bulk ON push_delivery (sender, channel, next_at)"
            " WHERE sender IS NOT NULL AND state IN ('queued', 'retry', 'unknown', 'claimed')"
        ),
        ops.RunSQL("CREATE INDEX push_message_bulk ON push_message (sender, plan_at) WHERE sender IS NOT NULL AND plan_at IS NOT NULL"),
        ops.RunSQL("CREATE INDEX push_sender_open ON push_sender (state) WHERE state <> 'stopped' OR NOT swept"),
    ]
