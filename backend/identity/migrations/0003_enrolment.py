from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('identity', '0002_birth_month')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('identity.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.RESTRICT)),
                ('code_hash', fields.BinaryField()),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identity_recovery_code', 'app': 'identity', 'unique_together': (('code_hash',),), 'indexes': [Index(fields=['staff_id'])], 'pk_attr': 'id', 'table_description': 'A code that stands for one one-time code, for a member whose phone is gone. Only a keyed hash is kept.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='StaffEnrolment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('staff', fields.ForeignKeyField('identity.Staff', source_field='staff_id', db_constraint=True, to_field='id', related_name='enrolments', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='asked', max_length=16)),
                ('reason', fields.CharField(max_length=200)),
                ('code_hash', fields.BinaryField(null=True)),
                ('secret_sealed', fields.BinaryField(null=True)),
                ('asked_by', fields.UUIDField(null=True)),
                ('approved_by', fields.UUIDField(null=True)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identity_staff_enrolment', 'app': 'identity', 'indexes': [Index(fields=['staff_id', 'state']), Index(fields=['state', 'created_at'])], 'pk_attr': 'id', 'table_description': 'The way of a member to a password and a second factor of their own.'},
            bases=['BaseModel'],
        ),
        ops.AlterField(
            model_name='Staff',
            name='password_hash',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AlterField(
            model_name='Staff',
            name='totp_sealed',
            field=fields.BinaryField(null=True),
        ),
    ]
