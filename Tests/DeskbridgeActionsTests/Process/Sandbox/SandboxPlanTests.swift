import DeskbridgeCore
import Testing

@testable import DeskbridgeActions

/// Which sandbox a plan says, on machines that have some of them.
struct SandboxPlanTests {
    private static let all = SandboxSupport(landlock: 7, bubblewrap: "/usr/bin/bwrap", isolatesNetwork: true)
    private static let none = SandboxSupport(landlock: 0, bubblewrap: nil, isolatesNetwork: false)
    private static let debian12 = SandboxSupport(landlock: 2, bubblewrap: nil, isolatesNetwork: true)
    private static let noNamespaces = SandboxSupport(landlock: 4, bubblewrap: nil, isolatesNetwork: false)
    private static let oldAndClosed = SandboxSupport(landlock: 3, bubblewrap: nil, isolatesNetwork: false)

    private func plan(
        _ sandbox: String, _ support: SandboxSupport, fields: JSONObject = [:], network: [String] = ["/bin/true"]
    ) throws -> ProcessPlan {
        var fixture = ProcessFixture(values: fields, support: support)
        for name in fields.keys { fixture.fields[name] = FieldDeclaration(.string) }
        let step = try fixture.step("argv: [/bin/true, x]\nsandbox: \(sandbox)")
        return try step.plan(
            fixture.fieldValues,
            grants: Grants(
                executables: [AbsolutePath("/bin/true")], folders: [AbsolutePath("/srv/projects")],
                network: network.map { try AbsolutePath($0) }))
    }

    /// What may be done instead of what was asked for must not give the network to a program that no policy grants it.
    @Test(
        arguments: [
            ("{}", all, SandboxTier.bubblewrap, SandboxNetwork.own, nil), ("{}", noNamespaces, .landlock, .withoutTCP, nil),
            ("{tier: bubblewrap, required: false}", debian12, .landlock, .own, nil),
            ("{required: false}", oldAndClosed, .none, .on, left), ("{required: false}", none, .none, .on, left),
            ("{tier: bubblewrap, required: false}", none, .none, .on, left),
            ("{tier: landlock, required: false}", oldAndClosed, .none, .on, left), ("{tier: none}", all, .none, .on, nil),
        ] as [(String, SandboxSupport, SandboxTier, SandboxNetwork, String?)])
    func withoutAGrantTheNetworkIsOffOrTheStepFails(
        yaml: String, support: SandboxSupport, tier: SandboxTier, network: SandboxNetwork, lack: String?
    ) async throws {
        for granted in [[], ["/bin/tru"], ["/usr/bin/true"]] {
            let plan = try plan(yaml, support, network: granted)
            let sandbox = try #require(plan.sandbox)
            #expect(sandbox.tier == tier && sandbox.network == network)
            #expect((sandbox.unavailable == nil) == (lack == nil))
            guard let lack else { continue }
            #expect(sandbox.unavailable?.contains(lack) == true)
            let failure = await ProcessFixture().perform(plan).failure
            #expect(failure?.code == "sandbox_unavailable" && failure?.kind == .permanent)
        }
    }

    private static let left = "what could be had instead leaves the network on"

    @Test(arguments: [[], ["/bin/false"], ["/usr/bin/true"]]) func aStepThatAsksForTheNetworkNeedsTheGrant(granted: [String]) throws {
        for tier in ["best", "bubblewrap", "landlock"] {
            let error = #expect(throws: PlanError.self) { try plan("{tier: \(tier), network: \"on\"}", Self.all, network: granted) }
            guard case .refused(let refusal)? = error else { continue }
            #expect(refusal.code == .notGranted && refusal.message == "the network is not granted to /bin/true")
            #expect(try plan("{tier: \(tier), network: \"on\"}", Self.all).sandbox?.network == .on)
        }
    }

    @Test func aMissingGrantIsToldWhenTheFileLoads() throws {
        let step = try ProcessFixture().step("argv: [/bin/true]\nsandbox:\n  network: \"on\"\n")
        let executable = try AbsolutePath("/bin/true")
        #expect(
            step.violations(of: Grants(executables: [executable])).map(\.description) == [
                "a.yaml:3:12: the network is not granted to /bin/true; list it under grants.network of a policy file"
            ])
        #expect(step.violations(of: Grants(executables: [executable], network: [executable])).isEmpty)
        #expect(step.violations(of: Grants(network: [executable])).count == 1)
        #expect(try ProcessFixture().step("argv: [/bin/true]\nsandbox: {}\n").violations(of: Grants(executables: [executable])).isEmpty)
    }

    @Test(
        arguments: [
            ("{}", all, SandboxTier.bubblewrap, SandboxNetwork.own, nil),
            ("{}", debian12, .landlock, .own, nil),
            ("{}", noNamespaces, .landlock, .withoutTCP, nil),
            ("{}", none, .none, .on, "bubblewrap is not installed"),
            ("{}", oldAndClosed, .none, .on, "no way to turn the network off"),
            ("{network: \"on\"}", oldAndClosed, .landlock, .on, nil),
            ("{required: false}", none, .none, .on, nil),
            ("{required: false}", oldAndClosed, .landlock, .on, nil),
            ("{tier: landlock}", all, .landlock, .own, nil),
            ("{tier: landlock}", none, .none, .on, "the kernel has no Landlock"),
            ("{tier: bubblewrap}", debian12, .none, .on, "bubblewrap is not installed"),
            ("{tier: bubblewrap, required: false}", debian12, .landlock, .own, nil),
            ("{tier: bubblewrap, required: false}", none, .none, .on, nil),
            ("{tier: none}", all, .none, .on, nil),
        ] as [(String, SandboxSupport, SandboxTier, SandboxNetwork, String?)])
    func theTierIsTheBestOfWhatWasAskedFor(
        yaml: String, support: SandboxSupport, tier: SandboxTier, network: SandboxNetwork, lack: String?
    ) throws {
        let plan = try plan(yaml, support)
        let sandbox = try #require(plan.sandbox)
        #expect(sandbox.tier == tier)
        #expect(sandbox.network == network)
        #expect((sandbox.unavailable == nil) == (lack == nil))
        if let lack { #expect(sandbox.unavailable?.contains(lack) == true) }
        #expect(plan.shown["sandbox"]?["tier"] == .string(tier.rawValue))
        #expect((plan.shown["sandbox"]?["unavailable"] != nil) == (lack != nil))
    }

    @Test(arguments: ["{}", "{tier: landlock}", "{tier: bubblewrap}"])
    func aRequiredTierThatIsMissingFailsTheAttempt(yaml: String) async throws {
        let plan = try plan(yaml, Self.none)
        let failure = await ProcessFixture().perform(plan).failure
        #expect(failure?.code == "sandbox_unavailable")
        #expect(failure?.kind == .permanent)
    }

    @Test func aPlanShowsWhatBubblewrapIsGiven() throws {
        let shown = try plan("{write: [/srv/projects/a], read: [/srv/fonts]}", Self.all).shown["bubblewrap"]?.arrayValue?
            .compactMap(\.stringValue).joined(separator: " ")
        #expect(shown?.hasPrefix("bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try") == true)
        #expect(shown?.contains("--unshare-net") == true)
        #expect(shown?.contains("--ro-bind /srv/fonts /srv/fonts") == true)
        #expect(shown?.contains("--bind /srv/projects/a /srv/projects/a --perms 0555 --ro-bind-data 3 /bin/true") == true)
        #expect(shown?.hasSuffix("--chdir / -- /bin/true x") == true)
        #expect(shown?.contains("--ro-bind / /") == false)
    }

    @Test(arguments: ["/srv/other", "/srv/projects2", "/"])
    func aFolderThatIsNotGrantedIsRefused(folder: String) throws {
        #expect(throws: PlanError.self) { try plan("{write: [\"{folder}\"]}", Self.all, fields: ["folder": .string(folder)]) }
        let step = try ProcessFixture().step("argv: [/bin/true]\nsandbox: {write: [\(folder)]}")
        let grants = Grants(executables: [try AbsolutePath("/bin/true")], folders: [try AbsolutePath("/srv/projects")])
        #expect(step.violations(of: grants).map(\.description).first?.contains("sandbox.write[0] is not granted") == true)
    }

    @Test func grantedFoldersMayBeWrittenIfNoneIsNamed() throws {
        #expect(try plan("{}", Self.all).shown["sandbox"]?["write"] == ["/srv/projects"])
        #expect(try plan("{write: []}", Self.all).shown["sandbox"]?["write"] == [])
    }

    @Test func withoutASandboxThePlanSaysSo() throws {
        let plan = try ProcessFixture().plan("argv: [/bin/true]")
        #expect(plan.shown["sandbox"] == ["tier": "none"])
        #expect(plan.shown["limits"] == nil)
    }

    @Test(arguments: [
        ("sandbox: yes", "sandbox must be a mapping"),
        ("sandbox: {tier: docker}", "sandbox.tier must be best, bubblewrap, landlock or none"),
        ("sandbox: {network: true}", "sandbox.network must be a string"), ("sandbox: {network: tcp}", "sandbox.network must be on or off"),
        ("sandbox: {write: /tmp}", "sandbox.write must be a list"),
        ("sandbox: {write: [tmp]}", "sandbox.write[0] must be an absolute path"),
        ("sandbox: {wirte: []}", "Did you mean \"write\"?"),
        ("sandbox: {tier: none, write: []}", "sandbox.write means nothing without a sandbox"),
        ("limits: {memory: 512}", "limits.memory must be a size"), ("limits: {memory: 1KiB}", "limits.memory must be from 1MiB"),
        ("limits: {cpu: 500ms}", "limits.cpu must be from 1s"), ("limits: {cpu: 1500ms}", "limits.cpu must be whole seconds"),
        ("limits: {processes: 0}", "limits.processes must be from 1"), ("limits: {openFiles: 3}", "limits.openFiles must be from 8"),
        ("limits: {filesize: 1B}", "Did you mean \"fileSize\"?"),
    ])
    func mistakesAreFoundWhenTheFileIsLoaded(yaml: String, message: String) {
        do throws(DefinitionError) {
            _ = try ProcessFixture().step("argv: [/bin/true]\n\(yaml)")
            Issue.record("no error for \(yaml)")
        } catch { #expect(error.description.contains(message), "\(error)") }
    }
}
