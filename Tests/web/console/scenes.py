"""What the pictures show and the checks of accessibility look at: a bridge in the middle of its work, and each view of the console."""

ASKED = "DELETE_SHOT"

DELETE = """\
action: delete-shot
on: DELETE_SHOT
confirm: SHOT_DELETED
description: Takes a shot off the disk.
parameters:
  shot: {type: string, maxLength: 40}
steps:
  - id: remove
    process: {argv: [HOME/bin/publish, "{shot}"]}
"""


def prepare(desk):
    desk.write("actions/delete.yaml", DELETE)
    for client, origin in (("dashboard", "https://studio.example"), ("wallboard", "https://screens.studio.example"), ("render-farm", None)):
        desk.run("token", "create", client, *(["--origin", origin] if origin else []))
    for number in range(1, 25):
        desk.send("CREATE_RESOURCE", {"name": f"Project_{number:03}", "user": ["John", "Mira", "Ada"][number % 3], "shots": number % 5})
    for shot in ("sq01_sh010", "sq01_sh030"):
        desk.send("PUBLISH_SHOT", {"shot": shot})
    desk.open_gate("sq02_sh020", "fail")
    desk.send("RENDER_SHOT", {"shot": "sq02_sh020", "frames": 6, "quality": "final"})
    desk.send(ASKED, {"shot": "sq01_sh040"})


def later(desk):
    """What is to happen while the page looks on."""
    for shot, frames in (("sq01_sh010", 48), ("sq03_sh110", 12)):
        desk.send("RENDER_SHOT", {"shot": shot, "frames": frames})
    for number in range(25, 31):
        desk.send("CREATE_RESOURCE", {"name": f"Project_{number:03}", "user": "Mira"}, wait=True)


def open_event(browser, state):
    browser.wait(lambda: browser.find(f".row:not([hidden]) [data-state={state}]"), f"an event that is {state}")
    browser.driver.execute_script(
        "document.querySelector(arguments[0]).closest('.row').querySelector('.cell-type').click()", f".row:not([hidden]) [data-state={state}]")
    browser.wait(lambda: browser.find(".detail .timeline"), "the event's life")


def dry_run(browser):
    browser.wait(lambda: browser.find(".form input"), "the form")
    browser.fill("name", "Long_Way_Home")
    browser.fill("user", "Mira")
    browser.click_button("Dry run")
    browser.wait(lambda: browser.find(".plan .steps"), "the plan")


def explain(browser):
    browser.wait(lambda: browser.find(".access table"), "the tables")
    browser.fill("Event type", "CREATE_RESOURCE")
    browser.fill("Client", "wallboard")
    browser.click_button("Explain")
    browser.wait(lambda: browser.find(".explain + div > *"), "an answer")


def audit(browser):
    browser.wait(lambda: browser.find(".audit-view .row:not([hidden]) .cell-verb"), "a record")
    browser.click_button("Verify the chain")
    browser.wait(lambda: browser.find(".chain .verdict"), "a verdict")


def record(browser):
    audit(browser)
    browser.driver.execute_script("document.querySelectorAll('.audit-view .grid-body .row:not([hidden])')[2].click()")
    browser.wait(lambda: browser.find(".detail .facts"), "the record")


def message(browser):
    browser.wait(lambda: browser.find(".row:not([hidden]) .cell-type"), "a message")
    browser.driver.execute_script("document.querySelectorAll('.messages .grid-body .row:not([hidden])')[2].click()")


SCENES = [
    ("now", "#/now", None), ("queue", "#/queue", None), ("event", "#/queue", lambda browser: open_event(browser, "failed")),
    ("approval", "#/queue", lambda browser: open_event(browser, "waiting")),
    ("running", "#/queue", lambda browser: open_event(browser, "running")), ("actions", "#/actions/CREATE_RESOURCE", dry_run),
    ("events", "#/events", None), ("access", "#/access", explain),
    ("audit", "#/audit", audit), ("record", "#/audit", record), ("debug", "#/debug", message),
]
