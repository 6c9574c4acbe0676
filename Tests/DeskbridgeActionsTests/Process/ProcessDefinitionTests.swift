import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

/// What is read from an action file, and what is refused in one.
struct ProcessDefinitionTests {
    private let fixture = ProcessFixture(fields: ["name": FieldDeclaration(.string)])

    private func mistake(_ yaml: String) -> String? {
        do throws(DefinitionError) {
            _ = try fixture.step(yaml)
            return nil
        } catch { return error.description }
    }

    @Test(arguments: [
        ("[]", "a.yaml:1:1: process must be a mapping, not a list"),
        ("timeout: 5s", "a.yaml:1:1: process needs the key \"argv\""),
        ("argv: [/bin/true]\nenvironmnet: {}", "a.yaml:2:1: process has no key \"environmnet\". Did you mean \"environment\"?"),
        ("argv: []", "a.yaml:1:7: argv needs the executable as its first element"),
        ("argv: /bin/true", "a.yaml:1:7: argv must be a list, not a string"),
        ("argv: [git]", "a.yaml:1:8: argv[0] must be the absolute path of the executable"),
        ("argv: [\"{name}\"]", "a.yaml:1:8: argv[0] must be the absolute path"),
        ("argv: [\"/bin/{name}\"]", "a.yaml:1:8: argv[0] must be written out"),
        ("argv: [/bin/../bin/sh]", "a.yaml:1:8: argv[0] must be a plain path"),
        ("argv: [/bin//sh]", "a.yaml:1:8: argv[0] must be a plain path"),
        ("argv: [/bin/]", "a.yaml:1:8: argv[0] must be a plain path"),
        ("argv:\n  - /bin/echo\n  - \"x {nmae}\"", "a.yaml:3:8: there is no field \"nmae\". Did you mean \"name\"?"),
        ("argv: [/bin/echo, true]", "a.yaml:1:19: argv[1] must be a string, not a boolean: put it in quotes"),
        ("argv: [/bin/echo, ~]", "a.yaml:1:19: argv[1] must be a string, not nothing: put it in quotes"),
        ("argv: [/bin/echo, [a]]", "a.yaml:1:19: argv[1] must be a string or {value: …, mayBeOption: true}, not a list"),
        ("argv: [/bin/echo, {value: a, option: true}]", "a.yaml:1:30: argv[1] has no key \"option\""),
        ("argv: [/bin/echo, {mayBeOption: true}]", "a.yaml:1:19: argv[1] needs the key \"value\""),
        ("argv: [/bin/echo]\nenvironment: {1A: x}", "a.yaml:2:15: \"1A\" is no name of an environment variable"),
        ("argv: [/bin/echo]\nenvironment: {A-B: x}", "a.yaml:2:15: \"A-B\" is no name of an environment variable"),
        ("argv: [/bin/echo]\nenvironment: {\"\": x}", "a.yaml:2:15: \"\" is no name of an environment variable"),
        ("argv: [/bin/echo]\nenvironment: {LD_PRELOAD: x}", "a.yaml:2:15: the environment variable LD_PRELOAD makes programs load"),
        ("argv: [/bin/echo]\nenvironment:\n  PATH: \"/x:{name}\"", "a.yaml:3:9: environment.PATH says which programs run"),
        ("argv: [/bin/echo]\nenvironment: {GIT_SSH_COMMAND: \"{name}\"}", "a.yaml:2:32: environment.GIT_SSH_COMMAND says which"),
        ("argv: [/bin/echo]\nenvironment: {A: [b]}", "a.yaml:2:18: environment.A must be a string, not a list"),
        ("argv: [/bin/echo]\ninheritEnvironment: [IFS]", "a.yaml:2:22: the environment variable IFS makes programs load"),
        ("argv: [/bin/echo]\ninheritEnvironment: IFS", "a.yaml:2:21: inheritEnvironment must be a list, not a string"),
        ("argv: [/bin/echo]\ndirectory: tmp", "a.yaml:2:12: directory must be an absolute path or begin with ~/, not \"tmp\""),
        ("argv: [/bin/echo]\ndirectory: /a/../b", "a.yaml:2:12: directory must not lead through . or .."),
        ("argv: [/bin/echo]\nstdin: body", "a.yaml:2:8: stdin must be payload, none or {text: …}"),
        ("argv: [/bin/echo]\nstdin: {txt: a}", "a.yaml:2:9: stdin has no key \"txt\". Did you mean \"text\"?"),
        ("argv: [/bin/echo]\ntimeout: 5", "a.yaml:2:10: timeout must be a duration such as 250ms"),
        ("argv: [/bin/echo]\ntimeout: 99ms", "a.yaml:2:10: timeout must be from 100ms to 1d"),
        ("argv: [/bin/echo]\ntimeout: 25h", "a.yaml:2:10: timeout must be from 100ms to 1d"),
        ("argv: [/bin/echo]\ngrace: 11m", "a.yaml:2:8: grace must be from 0ms to 10m"),
        ("argv: [/bin/echo]\nexitCodes: {success: []}", "a.yaml:2:22: exitCodes.success needs at least one code"),
        ("argv: [/bin/echo]\nexitCodes: {success: [256]}", "a.yaml:2:23: each entry of exitCodes.success must be from 0 to 255"),
        ("argv: [/bin/echo]\nexitCodes: {retry: [1], permanent: [2, 1]}", "a.yaml:2:40: the exit code 1 stands in exitCodes.retry"),
        ("argv: [/bin/echo]\nexitCodes: {retry: all}", "a.yaml:2:20: exitCodes.retry must be a list of exit codes or \"*\""),
        ("argv: [/bin/echo]\nexitCodes: {retry: \"*\", permanent: \"*\"}", "a.yaml:2:12: only one of exitCodes.retry and"),
        ("argv: [/bin/echo]\noutput: {tail: 0B}", "a.yaml:2:16: output.tail must be from 1B to 1MiB"),
        ("argv: [/bin/echo]\noutput: {tail: 2MiB}", "a.yaml:2:16: output.tail must be from 1B to 1MiB"),
        ("argv: [/bin/echo]\noutput: {parse: yaml}", "a.yaml:2:17: output.parse must be json or none"),
    ])
    func aMistakeIsReportedWithItsPlace(yaml: String, message: String) {
        let found = mistake(yaml)
        #expect(found?.hasPrefix(message) == true, "\(found ?? "no mistake was found")")
    }

    @Test(arguments: [
        "LD_LIBRARY_PATH", "LD_AUDIT", "GLIBC_TUNABLES", "GCONV_PATH", "BASH_ENV", "ENV", "IFS", "PS4", "SHELLOPTS", "PYTHONSTARTUP",
        "PYTHONPATH", "PYTHONEXECUTABLE", "PERL5OPT", "OPENSSL_CONF", "KRB5_CONFIG", "GST_PLUGIN_PATH", "RUBYOPT", "NODE_OPTIONS",
        "JAVA_TOOL_OPTIONS", "LUA_INIT_5_4", "GTK_MODULES", "QT_PLUGIN_PATH",
    ])
    func variablesThatLoadCodeAreRefused(name: String) {
        #expect(mistake("argv: [/bin/true]\nenvironment: {\(name): x}") != nil)
        #expect(mistake("argv: [/bin/true]\ninheritEnvironment: [\(name)]") != nil)
    }

    @Test(arguments: [
        "PATH", "HOME", "TMPDIR", "EDITOR", "PAGER", "SHELL", "GIT_SSH_COMMAND", "GIT_DIR", "GIT_CONFIG_COUNT", "GIT_EXTERNAL_DIFF",
        "http_proxy", "HTTPS_PROXY", "All_Proxy", "no_proxy", "ftp_proxy", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PERL_UNICODE",
        "PERL5_X", "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED", "npm_config_registry", "NPM_CONFIG_SCRIPT_SHELL",
        "XDG_CONFIG_HOME",
        "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK", "DISPLAY", "LOCPATH", "HOSTALIASES", "CURL_HOME", "SSL_CERT_FILE", "DOCKER_HOST",
        "MAKEFLAGS", "CARGO_HOME", "PIP_INDEX_URL", "AWS_CONFIG_FILE", "GNUPGHOME", "KUBECONFIG", "RUSTC_WRAPPER", "TERMINFO",
    ])
    func variablesThatChooseProgramsOrPartnersAreForTheActionAlone(name: String) throws {
        #expect(mistake("argv: [/bin/true]\nenvironment: {\(name): \"{name}\"}")?.contains("it may name no field") == true)
        #expect(mistake("argv: [/bin/true]\nenvironment: {\(name): \"x{name}\"}") != nil)
        #expect(mistake("argv: [/bin/true]\nenvironment: {\(name): x}") == nil)
    }

    @Test func whatIsNotSaidHasItsDefault() throws {
        let step = try fixture.step("argv: [/bin/true]")
        #expect(step.timeout == .seconds(300))
        #expect(step.grace == .seconds(5))
        #expect(step.tail == 16_384)
        #expect(!step.parsesJSON)
        #expect(!step.isAlwaysSafeToRepeat)
        #expect(step.exitCodes == .standard)
        guard case .none = step.input else {
            Issue.record("standard input is not /dev/null")
            return
        }
    }

    @Test func numbersMayStandInArgvAsTheyAreWritten() throws {
        #expect(try fixture.plan("argv: [/usr/bin/seq, 1, 0.50, 10]").arguments.map(\.value) == ["1", "0.50", "10"])
    }

    @Test func onlyAStepThatParsesHasJSONInItsResult() throws {
        func members(_ yaml: String) throws -> Set<String> {
            guard case .object(let members) = try fixture.step(yaml).resultType else { return [] }
            return Set(members.filter { !$0.value.isOptional }.keys)
        }
        #expect(try members("argv: [/bin/true]") == ["exitCode", "stdout", "stderr"])
        #expect(try members("argv: [/bin/true]\noutput: {parse: json}") == ["exitCode", "stdout", "stderr", "json"])
    }

    @Test func anExecutableThatIsNotGrantedIsReportedAtItsPlace() throws {
        let step = try fixture.step("timeout: 5s\nargv: [/bin/true]")
        #expect(
            step.violations(of: .none).map(\.description) == [
                "a.yaml:2:8: the executable /bin/true is not granted; list it under grants.executables of a policy file"
            ])
        #expect(step.violations(of: Grants(executables: [try AbsolutePath("/bin/true")])).isEmpty)
    }
}
