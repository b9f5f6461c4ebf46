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
            name='ChannelHealth',
            fields=[
                ('channel', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=8)),
                ('paused_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('alarm', fields.BooleanField(default=False)),
                ('code', fields.CharField(null=True, max_length=64)),
                ('changed_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_channel', 'app': 'push', 'pk_attr': 'channel', 'table_description': 'A channel that is to be left alone until `paused_until`; `alarm` when a person has to look.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('message_id', fields.UUIDField()),
                ('channel', fields.CharField(max_length=8)),
                ('state', fields.CharField(max_length=8)),
                ('why', fields.CharField(max_length=200)),
                ('attempts', fields.SmallIntField(default=0)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('template', fields.CharField(null=True, max_length=64)),
                ('targets', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('idempotency', fields.CharField(null=True, max_length=80)),
                ('idempotency_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('provider_code', fields.CharField(null=True, max_length=64)),
                ('provider_message_id', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'push_delivery', 'app': 'push', 'unique_together': (('message_id', 'channel'),), 'indexes': [Index(fields=['next_at']), Index(fields=['provider_message_id'])], 'pk_attr': 'id', 'table_description': 'One chain of attempts on one channel.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Device',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('session_id', fields.CharField(max_length=64)),
                ('registration_id', fields.CharField(unique=True, max_length=64)),
                ('platform', fields.CharField(max_length=8)),
                ('seen_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_device', 'app': 'push', 'indexes': [Index(fields=['citizen_id']), Index(fields=['session_id'])], 'pk_attr': 'id', 'table_description': 'A phone that JPush reaches. One registration belongs to the citizen who signed in on it last.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Grant',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('citizen_id', fields.UUIDField()),
                ('template_id', fields.CharField(max_length=64)),
                ('by_client', fields.IntField(default=0)),
                ('by_event', fields.IntField(default=0)),
                ('spent', fields.IntField(default=0)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_grant', 'app': 'push', 'unique_together': (('citizen_id', 'template_id'),), 'pk_attr': 'id', 'table_description': 'WeChat subscribe grants of one citizen for one template.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Inbound',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('source', fields.CharField(max_length=16)),
                ('key', fields.CharField(max_length=200)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_inbound', 'app': 'push', 'unique_together': (('source', 'key'),), 'indexes': [Index(fields=['created_at'])], 'pk_attr': 'id', 'table_description': "A vendor's event that was taken in; vendors repeat, we act once."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Message',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('kind', fields.CharField(max_length=16)),
                ('title', fields.CharField(max_length=80)),
                ('body', fields.CharField(max_length=600)),
                ('link', fields.CharField(null=True, max_length=300)),
                ('reason', fields.CharField(max_length=200)),
                ('urgent', fields.BooleanField(default=False)),
                ('data', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('dedupe_key', fields.CharField(unique=True, max_length=200)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('plan_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_message', 'app': 'push', 'indexes': [Index(fields=['citizen_id', 'created_at', 'id']), Index(fields=['citizen_id', 'read_at']), Index(fields=['plan_at'])], 'pk_attr': 'id', 'table_description': 'One event told to one citizen. `dedupe_key` makes the same event told twice one message.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Preference',
            fields=[
                ('citizen_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('channels', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('off', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('quiet_from', fields.CharField(default='22:00', max_length=5)),
                ('quiet_to', fields.CharField(default='08:00', max_length=5)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_preference', 'app': 'push', 'pk_attr': 'citizen_id', 'table_description': 'What a citizen chose; no row means the defaults of `schemas.Preferences`.'},
            bases=['Model'],
        ),
    ]
