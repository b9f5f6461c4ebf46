from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('modules', '0003_cohorts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DepartmentKey',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('module_id', fields.CharField(max_length=64)),
                ('key_id', fields.CharField(max_length=16)),
                ('public_key', fields.CharField(max_length=400)),
                ('state', fields.CharField(max_length=16)),
                ('added_by', fields.CharField(max_length=64)),
                ('confirmed_by', fields.CharField(null=True, max_length=64)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_department_key', 'app': 'modules', 'unique_together': (('module_id', 'key_id'),), 'pk_attr': 'id', 'table_description': "A public key (PEM, Ed25519 or SM2) that speaks for one module's department: proposed (it waits for an admin),"},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Door',
            fields=[
                ('module_id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('failing_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('failures', fields.IntField(default=0)),
                ('degraded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_door', 'app': 'modules', 'pk_attr': 'module_id', 'table_description': 'A department that does not answer: since when, and whether its matters were closed for that. No row, or'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Evidence',
            options={'table': 'modules_evidence', 'app': 'modules', 'unique_together': (('release', 'at'),), 'pk_attr': 'id', 'table_description': 'How the calls of one release went in one slice of time, added up over all processes, and how often its guides'},
        ),
        ops.AddField(
            model_name='Evidence',
            name='views',
            field=fields.IntField(null=True, default=0),
        ),
    ]
