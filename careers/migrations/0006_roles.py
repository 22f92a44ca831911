from django.db import migrations

from careers import roles


def make_roles(apps, schema_editor):
    roles.make(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ("careers", "0005_history"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
