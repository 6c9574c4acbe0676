import DeskbridgeTestSupport

extension BridgeFiles {
    /// Makes a folder for each project: the example of the documentation, without what a test machine may lack.
    static let createResource = """
        action: create-resource
        on: CREATE_RESOURCE
        confirm: RESOURCE_CREATED
        parameters:
          name: {type: string, maxLength: 400}
          user: {type: string, maxLength: 80}
          shots: {type: integer, minimum: 0, maximum: 500, default: 2}
        steps:
          - id: project
            folder:
              root: ~/Projects
              name: "{name}"
              tree: ["assets/{textures,models}", "shots/sh{1..shots:03}", {"README.md": "# {name}\\nFor {user}.\\n"}]
        result: {name: "{name}", path: "{steps.project.path}"}
        """

    /// Runs `$BIN/work`, which stops at the turnstile `$ROOT/gate`, or another one that the event names.
    static func work(_ more: String = "", stepMore: String = "") -> String {
        """
        action: work
        on: WORK
        confirm: WORK_DONE
        parameters:
          gate: {type: string, default: gate, pattern: "[a-z0-9]+"}
          word: {type: string, default: work, pattern: "[a-z0-9]+"}
        steps:
          - id: work
            process: {argv: [$BIN/work, "{gate}", "{word}"]}
            \(stepMore)
        result: {word: "{word}", said: "{steps.work.stdout}"}
        \(more)
        """
    }

    /// Notes in `$ROOT/journal` that it begins, waits at its turnstile, and does as it is told: `go`, `exit N`, or stop.
    static let workProgram = """
        #!/bin/sh
        \(Turnstile.shellFunction)
        echo "$2 begins" >> $ROOT/journal
        stop_at "$ROOT/$1"
        case "$answer" in
            go) ;;
            exit*) echo "told to $answer" >&2; exit "${answer#exit }" ;;
            *) exit 9 ;;
        esac
        echo "$2 ends" >> $ROOT/journal
        echo "$2 was done"
        """

    /// Everybody may cause everything, and the programs of the test may run.
    static let openPolicy = """
        rules:
          - {allow: ["*"], clients: ["*"]}
        grants:
          folders: [~/Projects]
          executables: [$BIN/work]
        """

    static let samples = BridgeFiles(
        configuration: "limits: {rate: 100000/10s}\n",
        actions: ["create-resource": createResource, "work": work()],
        policies: ["10-open": openPolicy],
        programs: ["work": workProgram])

    /// The samples with another action `work`.
    static func working(_ more: String = "", stepMore: String = "", configuration: String = "") -> BridgeFiles {
        var files = samples
        files.actions["work"] = work(more, stepMore: stepMore)
        files.configuration += configuration
        return files
    }
}
