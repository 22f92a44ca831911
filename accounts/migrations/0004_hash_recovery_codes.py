from django.db import migrations


def hash_codes(apps, schema_editor):
    from accounts import recovery
    for row in apps.get_model('mfa', 'Authenticator').objects.filter(type='recovery_codes'):
        if 'seed' in row.data:
            row.data = recovery.of_seed(row.data)
            row.save(update_fields=['data'])


def forget_codes(apps, schema_editor):
    # No hash leads back to a code: people make new ones.
    apps.get_model('mfa', 'Authenticator').objects.filter(type='recovery_codes').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_encrypt_factors'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [
        migrations.RunPython(hash_codes, forget_codes),
    ]
