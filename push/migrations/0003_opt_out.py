from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('push', '0002_mass_sending')]

    initial = False

    operations = [
        ops.CreateModel(
            name='OptOut',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('message_id', fields.UUIDField(unique=True)),
                ('sender', fields.CharField(null=True, max_length=48)),
                ('kind', fields.CharField(max_length=16)),
                ('scope', fields.CharField(max_length=8)),
            ],
            options={'table': 'push_opt_out', 'app': 'push', 'indexes': [Index(fields=['sender'])], 'pk_attr': 'id', 'table_description': 'A citizen switched a kind, or an agency, off from this very message. Feeds the score of who sent it.'},
            bases=['BaseModel'],
        ),
        ops.AddField(
            model_name='Preference',
            name='agencies_off',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        # what became of a whole sending, in one pass
        ops.RunSQL("CREATE INDEX push_delivery_sender ON push_delivery (sender, message_id) WHERE sender IS NOT NULL"),
        # the last day of all channels: rows change in about the order in which they lie
        ops.RunSQL("CREATE INDEX push_delivery_changed ON push_delivery USING brin (updated_at)"),
    ]
