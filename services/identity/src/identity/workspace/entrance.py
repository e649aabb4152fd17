"""The way in: start page, sign-in and sign-out, a coordinator's sign-up, the step over to the reports."""

from flask import Response, g, request

from identity.current import the_desk
from identity.desk import accounts, grants
from identity.reasons import Refused
from identity.slips import qr
from identity.workspace.frame import blueprint, go, home, me, needs, reason, render, signed_in, t


@blueprint.get("/")
def start() -> Response:
    if g.person is not None:
        return go(home(g.person))
    return render("start.html")


@blueprint.get("/sign-in")
def sign_in() -> Response:
    return render("sign_in.html", errors={}, user="")


@blueprint.post("/sign-in")
def post_sign_in() -> Response:
    form = request.form
    try:
        person = accounts.sign_in(
            the_desk(), form.get("user", "").strip().lower(), form.get("password", ""), form.get("code", "")
        )
    except Refused as refusal:
        errors = {"user": reason(refusal)}
        return render("sign_in.html", refusal.status, errors=errors, user=form.get("user", ""))
    return signed_in(go(home(person)), person.user)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    if g.person is not None:
        accounts.sign_out(the_desk(), me(), g.jti)
    return signed_in(go("/"), "")


@blueprint.get("/join")
def join() -> Response:
    return render("join.html", errors={}, invitation="", user="")


_FIELD = {
    "unknown-invitation": "invitation",
    "invitation-not-yet": "invitation",
    "weak-password": "password",
    "user-exists": "user",
    "bad-user-name": "user",
}


@blueprint.post("/join")
def post_join() -> Response:
    form = request.form
    invitation, user = form.get("invitation", "").strip(), form.get("user", "").strip().lower()
    errors: dict[str, str] = {}
    if form.get("password", "") != form.get("again", ""):
        errors["again"] = t("join.differ")
    else:
        try:
            made = accounts.sign_up(the_desk(), invitation, user, form.get("password", ""))
        except Refused as refusal:
            errors[_FIELD[refusal.reason]] = reason(refusal)
        else:
            secret = [made.totp_secret[at : at + 4] for at in range(0, len(made.totp_secret), 4)]
            return render("joined.html", user=made.person.user, secret=" ".join(secret), picture=qr(made.otpauth))
    return render("join.html", 422, errors=errors, invitation=invitation, user=user)


@blueprint.get("/report")
@needs("grants")
def report() -> Response:
    """A one-time grant in a form that a press of the button, or a script, posts to the reporter within a minute."""
    grant = grants.grant(the_desk(), me(), request.args.get("session"))
    return render("report.html", grant=grant)
