from django.db import migrations

from accounts import encryption


def encrypt(apps, schema_editor):
    for row in apps.get_model('mfa', 'Authenticator').objects.all():
        row.data = encryption.again(row.data)
        row.save(update_fields=['data'])


def decrypt(apps, schema_editor):
    for row in apps.get_model('mfa', 'Authenticator').objects.all():
        plain = {name: encryption.decrypt(row.data[name]) for name in encryption.FIELDS if name in row.data}
        row.data = {**row.data, **plain}
        row.save(update_fields=['data'])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_message'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.RunPython(encrypt, decrypt),
    ]
