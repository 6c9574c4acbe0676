/// The files a new home begins with. The same texts are in the repository's own folders, and a test compares them.
enum StarterFiles {
    /// The port, and every other key with its default as a comment.
    static func configuration(port: Int) -> String {
        """
        # yaml-language-server: $schema=schemas/config.json
        # Deskbridge reads this file when it starts. Every key is optional; what stands here are the defaults.
        # A key that does not exist is an error, so that no mistyped limit goes unnoticed.

        # Where the bridge listens: on this computer only.
        listen:
          port: \(port)
        #   addresses: [127.0.0.1, "::1"]

        # What one client, one connection and one request may take.
        # limits:
        #   message: 64KiB
        #   body: 64KiB
        #   rate: 60/10s
        #   connections: 256
        #   unsent: 1MiB
        #   headers: 10s
        #   authentication: 30s
        #   ping: 15s
        #   silence: 30s
        #   failures: 20/1m

        # How accepted events are worked off.
        # dispatch:
        #   running: 16
        #   drain: 20/1s
        #   grace: 30s
        #   queued: 100000

        # How long what is over is kept.
        # retention:
        #   events: 30d
        #   count: 1000000
        #   keys: 90d

        # How long new tokens are good.
        # tokens:
        #   expiry: 90d

        # trace, debug, info, notice, warning, error or critical; json, pretty, or auto: pretty on a terminal.
        # log:
        #   level: info
        #   format: auto

        """
    }

    /// `actions/create-resource.yaml`
    static let createResource = #"""
        # yaml-language-server: $schema=../schemas/action.json
        # Serves the event CREATE_RESOURCE. Try it:
        #   deskbridge dry-run CREATE_RESOURCE --set name=Project_001 --set user=John
        #   deskbridge send CREATE_RESOURCE --set name=Project_001 --set user=John
        # What it touches must be granted in policies/. A changed file is in force at once.
        action: create-resource
        on: CREATE_RESOURCE
        confirm: RESOURCE_CREATED
        description: Makes the project's folders, starts its repository, tells the person at the desk.
        parameters:
          name: {type: string, pattern: "[A-Za-z][A-Za-z0-9_-]*", maxLength: 64}
          user: {type: string, maxLength: 80}
          shots: {type: integer, minimum: 0, maximum: 500, default: 2}
        steps:
          - id: project
            folder:
              root: ~/Projects
              name: "{date:yyyyMMdd}_{name|slug}"
              tree: ["assets/{textures,models}", "shots/sh{1..shots:03}", {"README.md": "# {name}\nFor {user}.\n"}]
              ifExists: reuse            # reuse | fail | suffix
          - id: repository
            process:
              argv: [/usr/bin/git, init, --quiet, --, "{steps.project.path}"]
              timeout: 30s
            safeToRepeat: true
          - id: notify
            dbus:
              bus: session
              destination: org.freedesktop.Notifications
              path: /org/freedesktop/Notifications
              interface: org.freedesktop.Notifications
              member: Notify
              signature: susssasa{sv}i
              arguments: ["Deskbridge", 0, "folder", "{name} is ready", "{steps.project.path}", [], {}, 5000]
            optional: true               # without a desktop nobody is told, and the event succeeds all the same
        result: {name: "{name}", path: "{steps.project.path}"}
        retry: {attempts: 8, initial: 1s, multiplier: 2, maximum: 5m, jitter: full}
        concurrency: {limit: 1, key: "{name}"}
        expires: 1h

        """#

    /// `policies/default.yaml`
    static let defaultPolicy = #"""
        # yaml-language-server: $schema=../schemas/policy.json
        # Who may cause what: the first rule that fits decides; where none fits, the event is denied.
        # "local" is you at the command line of this computer, "console" is you in the console.
        rules:
          - {allow: [CREATE_RESOURCE], clients: [dashboard, local, console], rate: 60/10s}

        # What any action may touch, whoever asks. Nothing is granted unless it is listed.
        grants:
          executables: [/usr/bin/git]
          folders: [~/Projects]
          dbus: ["session org.freedesktop.Notifications org.freedesktop.Notifications.Notify"]

        """#
}
