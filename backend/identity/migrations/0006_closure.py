from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('identity', '0005_counter_code')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Closure',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('state', fields.CharField(default='waiting', max_length=16)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identity_closure', 'app': 'identity', 'indexes': [Index(fields=['citizen_id', 'state']), Index(fields=['state', 'due_at'])], 'pk_attr': 'id', 'table_description': 'A wish to close the account. `state`: waiting → done, cancelled, or blocked by what was open on the day.'},
            bases=['BaseModel'],
        ),
    ]
