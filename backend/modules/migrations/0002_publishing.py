from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('modules', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CohortMember',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('cohort', fields.CharField(max_length=64)),
                ('subject', fields.CharField(max_length=64)),
            ],
            options={'table': 'modules_cohort_member', 'app': 'modules', 'unique_together': (('cohort', 'subject'),), 'pk_attr': 'id', 'table_description': 'A device that sees candidates early, under the name of a group of testers.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Evidence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('release', fields.CharField(max_length=150)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('calls', fields.IntField()),
                ('failures', fields.IntField()),
                ('milliseconds', fields.BigIntField()),
            ],
            options={'table': 'modules_evidence', 'app': 'modules', 'unique_together': (('release', 'at'),), 'pk_attr': 'id', 'table_description': 'How the calls of one release went in one slice of time, added up over all processes. `milliseconds` is the sum'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Notice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('module_id', fields.CharField(max_length=64)),
                ('release', fields.CharField(max_length=150)),
                ('kind', fields.CharField(max_length=32)),
                ('text', fields.CharField(max_length=500)),
                ('figures', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'modules_notice', 'app': 'modules', 'indexes': [Index(fields=['module_id', 'created_at'])], 'pk_attr': 'id', 'table_description': 'What the platform tells a team by itself, with the numbers that it acted on.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Team',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=100)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_team', 'app': 'modules', 'pk_attr': 'id', 'table_description': "Who owns modules: the ids that a module's `owners` name."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TeamKey',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ('team_id', fields.CharField(db_index=True, max_length=64)),
                ('public_key', fields.CharField(max_length=400)),
                ('state', fields.CharField(max_length=16)),
                ('added_by', fields.CharField(max_length=64)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_team_key', 'app': 'modules', 'pk_attr': 'id', 'table_description': "A public key that signs a team's bundles: active, retired (a successor took over) or revoked (never trust it)."},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Release',
            options={'table': 'modules_release', 'app': 'modules', 'unique_together': (('module_id', 'version'),), 'pk_attr': 'id', 'table_description': 'One version of a module; `states.RELEASE` moves it. Its content never changes once it was submitted.'},
        ),
        ops.AddField(
            model_name='Release',
            name='bundle',
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name='Release',
            name='key_id',
            field=fields.CharField(null=True, max_length=16),
        ),
        ops.AddField(
            model_name='Release',
            name='reasons',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Release',
            name='reviewed_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Release',
            name='secrecy',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Release',
            name='signature',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='Release',
            name='state_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Release',
            name='submitted_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Release',
            name='team_id',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AlterModelOptions(
            name='Rollout',
            options={'table': 'modules_rollout', 'app': 'modules', 'indexes': [Index(fields=['module_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Which release citizens get; `states.ROLLOUT` moves it. At most one row of a module is `live`, and at most one is'},
        ),
        ops.AddField(
            model_name='Rollout',
            name='reason',
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.AddField(
            model_name='Rollout',
            name='start_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Rollout',
            name='step',
            field=fields.SmallIntField(null=True, ),
        ),
        ops.AddField(
            model_name='Rollout',
            name='step_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Rollout',
            name='steps',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        # rows of the first schema get their values here: the tool makes no defaults in the database
        ops.RunSQL("UPDATE modules_release SET reasons = '[]', state_at = created_at"),
        ops.RunSQL("UPDATE modules_rollout SET reason = '', step = -1, steps = '[]', step_at = created_at"),
        ops.AlterField(
            model_name='Release',
            name='reasons',
            field=fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AlterField(
            model_name='Release',
            name='state_at',
            field=fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Rollout',
            name='reason',
            field=fields.CharField(default='', max_length=300),
        ),
        ops.AlterField(
            model_name='Rollout',
            name='step',
            field=fields.SmallIntField(default=-1),
        ),
        ops.AlterField(
            model_name='Rollout',
            name='step_at',
            field=fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Rollout',
            name='steps',
            field=fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
