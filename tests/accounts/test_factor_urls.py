"""The addresses of second factors are those of allauth, whose pages and mails lead there."""

from allauth.mfa import urls as of_allauth
from django.urls import get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern

from accounts import factor_urls

OURS = {"mfa_lost", "mfa_lost_remove"}


def addresses(patterns: list, before: str = "") -> dict[str, str]:
    """Return the route of every name."""
    found = {}
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            found[each.name] = route
        else:
            found |= addresses(each.url_patterns, route)
    return found


def test_every_page_of_allauths_has_its_address():
    """A newer allauth with another page is noticed here."""
    found = addresses(factor_urls.urlpatterns)
    assert set(found) & OURS == OURS
    assert {name: route for name, route in found.items() if name not in OURS} == addresses(
        of_allauth.urlpatterns
    )


def test_no_other_list_stands_before_it():
    """Each name leads to the view of this list, and each address back to its name."""
    arguments = {"mfa_lost": {"mailed": "x"}, "mfa_remove_webauthn": {"pk": 1}}
    arguments["mfa_edit_webauthn"] = {"pk": 1}
    for each in factor_urls.urlpatterns:
        address = reverse(each.name, kwargs=arguments.get(each.name, {}))
        assert resolve(address).func is each.callback
    assert get_resolver().reverse_dict.getlist("mfa_index")
