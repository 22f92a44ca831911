"""Addresses of assessments: start, rate, finish, report."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.later import LaterViews

effects, finish, manage, plan, preview, rate, report = (
    LaterViews(f"assessments.views.{name}")
    for name in ("effects", "finish", "manage", "plan", "preview", "rate", "report")
)
second, sharing = (LaterViews(f"assessments.{name}.views") for name in ("second", "sharing"))
coach, files, joining = (
    LaterViews(f"assessments.groups.views.{name}") for name in ("coach", "files", "joining")
)

# csrf_exempt: pages below a secret address know no session, so there is none to abuse; the
# address is all that opens them. With "no-referrer" browsers name no origin either, which the
# check of forms would refuse.
app_name = "assessments"
one = "assessments/<uuid:assessment_id>"
draft = "studio/<slug:career>"
group = "groups/<uuid:group_id>"
urlpatterns = [
    path("careers/<slug:slug>/start/", manage.start, name="start"),
    path("assessments/", manage.index, name="index"),
    path("assessments/return/<str:token>/", manage.open_return_link, name="return"),
    path(f"{one}/", manage.resume, name="resume"),
    path(f"{one}/link/", manage.link, name="link"),
    path(f"{one}/claim/", manage.claim, name="claim"),
    path(f"{one}/data.json", manage.data, name="data"),
    path(f"{one}/delete/", manage.delete, name="delete"),
    path(f"{one}/rate/<slug:group>/", rate.rate, name="rate"),
    path(f"{one}/ratings/<slug:skill>/", rate.save_rating, name="save_rating"),
    path(f"{one}/finish/", finish.finish, name="finish"),
    path(f"{one}/again/", manage.again, name="again"),
    path(f"{one}/report/", report.report, name="report"),
    path(f"{one}/over-time/", report.over_time, name="over_time"),
    path(f"{one}/report.pdf", report.report_file, {"kind": "pdf"}, name="report_pdf"),
    path(f"{one}/report.xlsx", report.report_file, {"kind": "xlsx"}, name="report_xlsx"),
    path(f"{one}/report.csv", report.report_file, {"kind": "csv"}, name="report_csv"),
    path(f"{one}/report.json", report.report_json, name="report_json"),
    path(f"{one}/sharing/", sharing.sharing, name="sharing"),
    path(f"{one}/sharing/<int:link>/revoke/", sharing.revoke_share, name="revoke_share"),
    path("shared/<str:token>/", sharing.shared, name="shared"),
    path("shared/<str:token>/verify/", csrf_exempt(sharing.verify), name="verify"),
    *(
        path(
            f"shared/<str:token>/report.{kind}",
            sharing.shared_file,
            {"kind": kind},
            name=f"shared_{kind}",
        )
        for kind in ("pdf", "xlsx", "csv", "json")
    ),
    path(f"{one}/second/", second.second_rating, name="second_rating"),
    path(f"{one}/second/<int:second>/end/", second.withdraw_second, name="withdraw_second"),
    path(f"{one}/second/<int:second>/notes/", second.note_second, name="note_second"),
    path("second/<str:token>/", second.second, name="second"),
    path(
        "second/<str:token>/rate/<slug:group>/", csrf_exempt(second.second_rate), name="second_rate"
    ),
    path("second/<str:token>/finish/", csrf_exempt(second.second_finish), name="second_finish"),
    path("second/<str:token>/notes/", csrf_exempt(second.second_notes), name="second_notes"),
    path(f"{one}/plan/", plan.plan, name="plan"),
    path(f"{one}/plan/steps/<slug:step>/", plan.choose_step, name="choose_step"),
    path(f"{one}/plan.ics", plan.plan_ics, name="plan_ics"),
    path(f"{one}/what-if/", plan.what_if, name="what_if"),
    path("groups/", coach.groups, name="groups"),
    path("groups/new/", coach.group_new, name="group_new"),
    path("groups/join/", joining.group_join, name="group_join"),
    path("groups/join/<str:code>/", joining.group_joining, name="group_joining"),
    path("groups/in/<int:membership>/", joining.group_membership, name="group_membership"),
    path("groups/in/<int:membership>/leave/", joining.group_leave, name="group_leave"),
    path(f"{group}/", coach.group, name="group"),
    path(f"{group}/invite/", coach.group_invite, name="group_invite"),
    path(f"{group}/settings/", coach.group_settings, name="group_settings"),
    path(f"{group}/renew/", coach.group_renew, name="group_renew"),
    path(f"{group}/delete/", coach.group_delete, name="group_delete"),
    path(f"{group}/export.xlsx", files.group_file, {"kind": "xlsx"}, name="group_xlsx"),
    path(f"{group}/export.csv", files.group_file, {"kind": "csv"}, name="group_csv"),
    path(f"{group}/members/<int:membership>/", files.group_member, name="group_member"),
    path(f"{group}/members/<int:membership>/remove/", coach.group_remove, name="group_remove"),
    path(f"{draft}/reports/", files.career_reports, name="career_reports"),
    *(
        path(
            f"{draft}/reports.{kind}",
            files.career_reports_file,
            {"kind": kind},
            name=f"career_reports_{kind}",
        )
        for kind in ("xlsx", "csv")
    ),
    path(f"{draft}/effects/", effects.effects, name="effects"),
    path(f"{draft}/preview/", preview.preview, name="preview"),
]
