"""Users in Django admin, by e-mail address."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import lost, personal_data, sessions
from .models import User


class UserCreationForm(AdminUserCreationForm):
    """A new user: address and password."""

    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Staff and their permissions."""

    add_form = UserCreationForm
    list_display = ("email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Name"), {"fields": ("first_name", "last_name")}),
        (
            _("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("sign_out_everywhere", "send_lost_factor_link")
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only superusers make superusers, or give permissions beside the roles."""
        fixed = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fixed
        return (*fixed, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account is changed by superusers alone, the password included."""
        return self._in_reach(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser's account is deleted by superusers alone."""
        return self._in_reach(request, obj) and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete an account as its person would: with sessions, and counts put right."""
        personal_data.delete(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete accounts one by one, as their people would."""
        for user in queryset:
            personal_data.delete(user=user)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """End every session of the chosen people; a superuser's by superusers alone."""
        within = queryset if request.user.is_superuser else queryset.filter(is_superuser=False)
        count = sessions.end_all(within)
        self.message_user(request, _("%(count)d sessions ended.") % {"count": count})

    @admin.action(
        description=_("Send the link that removes lost second factors"), permissions=["change"]
    )
    def send_lost_factor_link(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Send it to the chosen people; who may be asked is as with signing out."""
        within = queryset if request.user.is_superuser else queryset.filter(is_superuser=False)
        site = request.build_absolute_uri("/")
        count = sum(lost.send(user=user, site=site) for user in within)
        self.message_user(request, _("%(count)d links sent.") % {"count": count})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let second factors go with their person's account; alone, nobody deletes one here."""
        found, counts, needed, protected = super().get_deleted_objects(objs, request)
        return found, counts, needed - {Authenticator._meta.verbose_name}, protected

    @staticmethod
    def _in_reach(request: HttpRequest, obj: Any) -> bool:
        return request.user.is_superuser or obj is None or not obj.is_superuser


# allauth's own searches a name that our users do not have, and failed.
type(admin.site.get_model_admin(UserSession)).search_fields = ("user__email", "ip")
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that allauth looks after."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes one by hand."""
        return False


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Addresses, and whether they are confirmed."""

    list_display = ("email", "user", "verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, without their secrets. Who has lost theirs is sent a link (``lost``)."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody takes one away for somebody else."""
        return False
