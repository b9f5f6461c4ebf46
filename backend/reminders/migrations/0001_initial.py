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
            name='Reminder',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('rule_id', fields.UUIDField()),
                ('license_id', fields.UUIDField()),
                ('citizen_id', fields.UUIDField()),
                ('license_name', fields.CharField(max_length=300)),
                ('valid_until', fields.DateField()),
                ('days', fields.SmallIntField()),
                ('state', fields.CharField(default='waiting', max_length=10)),
                ('why', fields.CharField(null=True, max_length=200)),
                ('work_at', fields.DatetimeField(null=True, default=now, auto_now=False, auto_now_add=False)),
                ('message_id', fields.UUIDField(null=True)),
                ('snoozes', fields.SmallIntField(default=0)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reminders_reminder', 'app': 'reminders', 'unique_together': (('license_id', 'rule_id', 'days'),), 'indexes': [Index(fields=['work_at']), Index(fields=['citizen_id', 'valid_until']), Index(fields=['told_at']), Index(fields=['rule_id', 'state'])], 'pk_attr': 'id', 'table_description': 'One step of one rule for one licence; the three together are unique, so that nothing is said twice.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('key', fields.CharField(unique=True, max_length=140)),
                ('license_type', fields.CharField(max_length=64)),
                ('license_name', fields.CharField(max_length=300)),
                ('days', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('text', fields.CharField(max_length=300)),
                ('renew', fields.CharField(null=True, max_length=130)),
                ('active', fields.BooleanField(default=True)),
                ('listed', fields.BooleanField(default=True)),
                ('reached', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('held', fields.CharField(null=True, max_length=200)),
                ('version', fields.IntField(default=1)),
                ('edited_by', fields.CharField(null=True, max_length=64)),
                ('edited_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('scanned_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reminders_rule', 'app': 'reminders', 'pk_attr': 'id', 'table_description': 'What holders of a type of licence are told, and how many days before its last valid day.'},
            bases=['BaseModel'],
        ),
    ]
