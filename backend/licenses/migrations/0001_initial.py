from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='License',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('key_of', fields.UUIDField()),
                ('type', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=300)),
                ('issuer', fields.CharField(max_length=300)),
                ('issuer_code', fields.CharField(max_length=18)),
                ('issued_on', fields.DateField()),
                ('valid_until', fields.DateField(null=True)),
                ('state', fields.CharField(default='valid', max_length=8)),
                ('identifier', fields.CharField(unique=True, max_length=120)),
                ('serial', fields.CharField(max_length=32)),
                ('version', fields.SmallIntField(default=1)),
                ('case_id', fields.UUIDField(unique=True)),
                ('case_number', fields.CharField(max_length=64)),
                ('holder_sealed', fields.BinaryField()),
                ('number_sealed', fields.BinaryField()),
                ('details_sealed', fields.BinaryField()),
            ],
            options={'table': 'licenses_license', 'app': 'licenses', 'indexes': [Index(fields=['citizen_id', 'created_at', 'id']), Index(fields=['citizen_id', 'type'])], 'pk_attr': 'id', 'table_description': 'One e-licence in a wallet. Holder, number and details are sealed with the data key of citizen `key_of`, who'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='LicenseType',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('authority_code', fields.CharField(max_length=18)),
                ('type', fields.CharField(max_length=64)),
                ('sequence', fields.SmallIntField()),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'licenses_type', 'app': 'licenses', 'unique_together': (('authority_code', 'type'), ('authority_code', 'sequence')), 'pk_attr': 'id', 'table_description': 'The three digits of a type within its defining authority, given out in order (GB/T 36904).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Showing',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('nonce_digest', fields.CharField(unique=True, max_length=64)),
                ('license_id', fields.UUIDField()),
                ('shown_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('verified', fields.IntField(default=0)),
            ],
            options={'table': 'licenses_showing', 'app': 'licenses', 'indexes': [Index(fields=['license_id']), Index(fields=['expires_at'])], 'pk_attr': 'id', 'table_description': 'One code that was shown. Only the digest of its nonce is kept.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SigningKey',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16)),
                ('public', fields.BinaryField()),
                ('private_sealed', fields.BinaryField()),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'licenses_signing_key', 'app': 'licenses', 'pk_attr': 'id', 'table_description': 'An Ed25519 key that signs codes; the private half is sealed under the master key.'},
            bases=['Model'],
        ),
    ]
