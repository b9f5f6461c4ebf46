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
            name='FollowUp',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('rating_id', fields.UUIDField(unique=True)),
                ('case_id', fields.UUIDField()),
                ('case_number', fields.CharField(max_length=64)),
                ('citizen_id', fields.UUIDField()),
                ('level', fields.SmallIntField()),
                ('matter_name', fields.CharField(max_length=300)),
                ('region', fields.CharField(max_length=6)),
                ('state', fields.CharField(default='open', max_length=10)),
                ('contact_due', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('mend_due', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('contacted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('mended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reply', fields.CharField(null=True, max_length=500)),
                ('handler_id', fields.CharField(null=True, max_length=64)),
                ('updated_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'ratings_follow_up', 'app': 'ratings', 'indexes': [Index(fields=['state', 'mend_due', 'id']), Index(fields=['case_id'])], 'pk_attr': 'id', 'table_description': 'What is owed after a bad rating: a contact within one working day, a mend within fifteen.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Rating',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('case_id', fields.UUIDField()),
                ('case_number', fields.CharField(max_length=64)),
                ('citizen_id', fields.UUIDField()),
                ('key_of', fields.UUIDField()),
                ('round', fields.SmallIntField(default=1)),
                ('level', fields.SmallIntField()),
                ('aspects', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('comment_sealed', fields.BinaryField(null=True)),
                ('anonymous', fields.BooleanField(default=False)),
            ],
            options={'table': 'ratings_rating', 'app': 'ratings', 'unique_together': (('case_id', 'round'),), 'indexes': [Index(fields=['citizen_id', 'created_at'])], 'pk_attr': 'id', 'table_description': 'What an applicant thinks of one case. `round` 2 is the one rating after a bad one was mended.'},
            bases=['BaseModel'],
        ),
    ]
