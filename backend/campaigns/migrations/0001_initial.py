from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(max_length=80)),
                ('kind', fields.CharField(max_length=16)),
                ('title', fields.CharField(max_length=80)),
                ('body', fields.CharField(max_length=600)),
                ('link', fields.CharField(null=True, max_length=300)),
                ('reason', fields.CharField(max_length=200)),
                ('rule', fields.CharField(max_length=500)),
                ('scope', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('pace', fields.IntField()),
                ('hour_from', fields.SmallIntField()),
                ('hour_to', fields.SmallIntField()),
                ('send_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('halt_percent', fields.SmallIntField()),
                ('state', fields.CharField(default='draft', max_length=10)),
                ('version', fields.IntField(default=1)),
                ('approved_version', fields.IntField(null=True)),
                ('made_by', fields.CharField(max_length=64)),
                ('made_by_name', fields.CharField(max_length=64)),
                ('approved_by', fields.CharField(null=True, max_length=64)),
                ('approved_by_name', fields.CharField(null=True, max_length=64)),
                ('note', fields.CharField(null=True, max_length=300)),
                ('shards', fields.SmallIntField(default=0)),
                ('ticked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('changed_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaigns_campaign', 'app': 'campaigns', 'indexes': [Index(fields=['state']), Index(fields=['created_at', 'id'])], 'pk_attr': 'id', 'table_description': 'draft → submitted → approved → running ⇄ paused → done; stopped and halted from running or paused.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Target',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign_id', fields.UUIDField()),
                ('citizen_id', fields.UUIDField()),
                ('state', fields.CharField(max_length=8)),
                ('message_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'campaigns_target', 'app': 'campaigns', 'unique_together': (('campaign_id', 'citizen_id'),), 'indexes': [Index(fields=['campaign_id', 'state', 'id']), Index(fields=['message_id'])], 'pk_attr': 'id', 'table_description': 'One person on the list: waiting, told (with the message), or left (the campaign was stopped first).'},
            bases=['Model'],
        ),
    ]
