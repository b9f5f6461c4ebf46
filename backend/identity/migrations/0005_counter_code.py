from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('identity', '0004_delegation')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CounterCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('session_id', fields.UUIDField()),
                ('purpose', fields.CharField(max_length=160)),
                ('code_hash', fields.BinaryField(null=True)),
                ('state', fields.CharField(default='open', max_length=16)),
                ('attempts', fields.SmallIntField(default=0)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'identity_counter_code', 'app': 'identity', 'unique_together': (('code_hash',),), 'indexes': [Index(fields=['citizen_id', 'created_at'])], 'pk_attr': 'id', 'table_description': 'A code that a citizen brings to a window, for one purpose. `state`: open → confirmed or refused; void by a newer'},
            bases=['BaseModel'],
        ),
    ]
