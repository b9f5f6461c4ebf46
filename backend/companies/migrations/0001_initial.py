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
            name='Company',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('wrapped_key', fields.BinaryField()),
                ('uscc_index', fields.BinaryField()),
                ('uscc_sealed', fields.BinaryField()),
                ('name_sealed', fields.BinaryField()),
                ('representative_sealed', fields.BinaryField()),
                ('representative_id', fields.UUIDField(null=True)),
                ('proved_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'companies_company', 'app': 'companies', 'unique_together': (('uscc_index',),), 'indexes': [Index(fields=['representative_id'])], 'pk_attr': 'id', 'table_description': 'A legal person with a space of its own.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Proof',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('uscc_index', fields.BinaryField()),
                ('outcome', fields.CharField(default='asked', max_length=16)),
            ],
            options={'table': 'companies_proof', 'app': 'companies', 'indexes': [Index(fields=['citizen_id', 'created_at']), Index(fields=['uscc_index', 'created_at'])], 'pk_attr': 'id', 'table_description': 'A question to the authority, written before it is asked. `outcome`: asked → match, mismatch, not_found or'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Staff',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('company_id', fields.UUIDField()),
                ('citizen_id', fields.UUIDField(null=True)),
                ('inviter_id', fields.UUIDField()),
                ('name_index', fields.BinaryField(null=True)),
                ('code_hash', fields.BinaryField(null=True)),
                ('code_expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('rights', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('starts_on', fields.DateField()),
                ('ends_on', fields.DateField()),
                ('state', fields.CharField(default='invited', max_length=16)),
                ('accepted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by', fields.CharField(null=True, max_length=16)),
            ],
            options={'table': 'companies_staff', 'app': 'companies', 'unique_together': (('code_hash',),), 'indexes': [Index(fields=['company_id', 'citizen_id']), Index(fields=['citizen_id'])], 'pk_attr': 'id', 'table_description': "One person's place in a company, with its rights as data: apply, cases, manage."},
            bases=['BaseModel'],
        ),
    ]
