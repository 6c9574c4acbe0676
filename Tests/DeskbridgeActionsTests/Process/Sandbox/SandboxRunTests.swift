import DeskbridgeCore
import Glibc
import Testing

@testable import DeskbridgeActions

extension ProcessRuns {
    /// Real processes in the sandboxes of this machine.
    @Suite(.enabled(if: !SandboxFixture.tiers.isEmpty, "this machine has no sandbox"))
    struct SandboxRunTests {
        private let fixture: SandboxFixture

        init() throws { fixture = try SandboxFixture() }

        private func sandbox(_ tier: SandboxTier, _ more: String = "") -> String { "{tier: \(tier.rawValue)\(more)}" }

        @Test(arguments: SandboxFixture.tiers)
        func grantedFoldersCanBeWrittenAndOthersCannot(tier: SandboxTier) async throws {
            let inside = fixture.granted.adding("inside")
            let outside = fixture.other.adding("outside")
            let kept = try fixture.other.file("kept", "as it was", mode: 0o644)
            let script = """
                echo yes > "$1" && echo inside
                echo no > "$2" || echo outside
                true > "$3" || echo truncated
                rm "$3" || echo removed
                mv "$3" "$1" || echo moved
                ln -s "$3" "$3.link" || echo linked
                cat "$3" > /dev/null && echo read
                exit 0
                """
            let outcome = try await fixture.run(script, [inside, outside, kept], sandbox: sandbox(tier))
            #expect(SandboxFixture.exists(inside))
            #expect(!SandboxFixture.exists(outside))
            #expect(try text(of: kept) == "as it was")
            let said = outcome.result?["stdout"]?.stringValue
            // Beneath bubblewrap's own /tmp there is nothing of the other folder to be seen at all.
            #expect(said?.hasPrefix("inside\noutside\ntruncated\nremoved\nmoved\nlinked") == true, "\(outcome)")
            #expect(outcome.result?["sandbox"]?["tier"] == .string(tier.rawValue))
        }

        @Test(arguments: SandboxFixture.tiers)
        func temporaryFilesHaveAPlaceOfTheirOwnThatGoesWithTheProcess(tier: SandboxTier) async throws {
            let script = "file=$(mktemp) && echo text > $file && mkdir $file.d && ln -s / $file.d/root && cat $file && echo $file"
            let lines = try await fixture.stdout(script, sandbox: sandbox(tier))?.split(separator: "\n").map(String.init) ?? []
            #expect(lines.first == "text")
            #expect(lines.count == 2 && !SandboxFixture.exists(lines[1]))
            if let file = lines.last, tier == .landlock {
                #expect(!SandboxFixture.exists(String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])))
            }
        }

        @Test(arguments: SandboxFixture.tiers, [true, false])
        func theNetworkIsOffUnlessTheActionSaysOn(tier: SandboxTier, isOn: Bool) async throws {
            let listener = try LoopbackListener()
            let script = """
                import socket
                try:
                    socket.create_connection(("127.0.0.1", \(listener.port)), 5)
                    print("tcp")
                except OSError: print("no tcp")
                """
            let said = try await fixture.process.stdout(
                fixture.plan(
                    """
                    argv: [/usr/bin/python3, -I, -c, \(JSONValue.string(script.doubled).text)]
                    sandbox: \(sandbox(tier, ", network: \(isOn ? "on" : "off")"))
                    """))
            #expect(said == (isOn ? "tcp" : "no tcp"))
        }

        @Test(arguments: SandboxFixture.tiers)
        func onlyThreeDescriptorsComeIn(tier: SandboxTier) async throws {
            let open = Glibc.open("/dev/null", O_RDONLY)
            defer { close(open) }
            #expect(try await fixture.stdout("ls /proc/$$/fd; exit 0", sandbox: sandbox(tier)) == "0\n1\n2")
        }

        @Test(arguments: SandboxFixture.tiers)
        func noProgramGainsRightsOrKeepsCapabilities(tier: SandboxTier) async throws {
            let said = try await fixture.stdout("grep -E 'NoNewPrivs|CapEff|CapBnd' /proc/self/status", sandbox: sandbox(tier))
            #expect(said?.contains("NoNewPrivs:\t1") == true)
            #expect(said?.contains("CapEff:\t0000000000000000") == true, "\(said ?? "")")
        }

        @Test(arguments: SandboxFixture.tiers)
        func whatTheActionMayReadCanBeNarrowed(tier: SandboxTier) async throws {
            let readable = try fixture.granted.file("readable", "seen", mode: 0o644)
            let secret = try fixture.other.file("secret", "unseen", mode: 0o644)
            let script = "cat \"$1\"; cat \"$2\" 2>/dev/null; ls / > /dev/null 2>&1; true"
            let said = try await fixture.stdout(
                script, [readable, secret], sandbox: sandbox(tier, ", read: [\(fixture.granted.path)], write: []"))
            #expect(said == "seen")
        }

        /// What the project's own step made, or the action names, beneath the granted folder.
        @Test(arguments: SandboxFixture.tiers, ["{steps.project.path}", "LITERAL"])
        func oneFolderBeneathTheGrantedOneCanBeWrittenAndItsNeighbourCannot(tier: SandboxTier, written: String) async throws {
            let (mine, neighbour) = (fixture.granted.path + "/mine", fixture.granted.path + "/neighbour")
            for folder in [mine, neighbour] { #expect(mkdir(folder, 0o755) == 0) }
            defer {
                unlink(mine + "/file")
                for folder in [mine, neighbour] { rmdir(folder) }
            }
            var fixture = self.fixture
            let path = FieldDeclaration(.object(members: ["path": FieldDeclaration(.string)]))
            fixture.process.fields["steps"] = FieldDeclaration(.object(members: ["project": path]))
            var values = fixture.process.fieldValues
            values.setResult(["path": .string(mine)], ofStep: "project")
            let script = "echo x > \(mine)/file && cat \(mine)/file; echo x 2>/dev/null > \(neighbour)/file || echo kept out"
            let folder = written == "LITERAL" ? mine : written
            let step = try fixture.process.step(
                """
                argv: [/bin/sh, -c, \(JSONValue.string(script).text)]
                sandbox: \(sandbox(tier, ", write: [\"\(folder)\"], read: [\"\(folder)\"]"))
                """)
            let grants = Grants(executables: [try AbsolutePath(step.executable)], folders: [try AbsolutePath(fixture.granted.path)])
            let outcome = await fixture.process.perform(try step.plan(values, grants: grants))
            #expect(outcome.result?["stdout"] == "x\nkept out", "\(outcome)")
            #expect(!SandboxFixture.exists(neighbour + "/file"))
        }

        /// Deeper than any path may be long. Landlock looks at all folders above for each that is made, so that more take long to make.
        @Test(arguments: SandboxFixture.tiers)
        func temporaryFoldersThatLieDeepGoWithTheProcess(tier: SandboxTier) async throws {
            let script = """
                import os
                place = os.environ.get("TMPDIR", "/tmp")
                os.chdir(place)
                for number in range(2500):
                    os.mkdir("d")
                    os.chdir("d")
                print(place)
                """
            let plan = try fixture.plan(
                """
                argv: [/usr/bin/python3, -I, -c, \(JSONValue.string(script.doubled).text)]
                sandbox: \(sandbox(tier))
                """)
            let place = try #require(await fixture.process.stdout(plan))
            if tier == .landlock { #expect(place.hasPrefix("/tmp/deskbridge-step-") && !SandboxFixture.exists(place)) }
        }

        /// Whatever may be read and written around them, the bridge's own folders may not.
        @Test(arguments: SandboxFixture.tiers, ["", ", read: [/etc]"])
        func theBridgesOwnFoldersAreNotThere(tier: SandboxTier, more: String) async throws {
            let state = fixture.granted.path + "/state"
            #expect(mkdir(state, 0o700) == 0)
            defer { rmdir(state) }
            let ledger = state + "/ledger"
            let descriptor = open(ledger, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            #expect(write(descriptor, "payloads", 8) == 8)
            close(descriptor)
            defer { unlink(ledger) }
            let sibling = try fixture.granted.file("sibling", "seen", mode: 0o644)
            var hiding = fixture
            // By another name, as a home that is a link gives it.
            hiding.process.hidden = [fixture.granted.path + "/../" + (fixture.granted.path.split(separator: "/").last ?? "") + "/state"]
            let script = """
                cat "$1" && echo read
                cat < /proc/self/root"$1" && echo "read by a detour"
                echo no > "$1" && echo written
                echo no > "${1%/*}/new" && [ -e "$2/state/new" ] && echo made
                rm -f "$1" 2>/dev/null && [ ! -e "$1" ] && echo removed
                mv "${1%/*}" "${1%/*}.away" 2>/dev/null && echo "carried off"
                cat "$3"
                exit 0
                """
            let said = try await hiding.stdout(script, [ledger, fixture.granted.path, sibling], sandbox: sandbox(tier, more)) ?? ""
            #expect(!said.contains("payloads") && !said.contains("carried off"), "\(said)")
            #expect(said.hasSuffix("seen"), "what lies beside them is as it was: \(said)")
            #expect(try text(of: ledger) == "payloads")
            #expect(!SandboxFixture.exists(state + "/new") && !SandboxFixture.exists(state + ".away"))
        }

        @Test func bubblewrapHidesOtherProcesses() async throws {
            guard SandboxFixture.tiers.contains(.bubblewrap) else { return }
            let said = try await fixture.stdout("ls -d /proc/[0-9]* | wc -l", sandbox: sandbox(.bubblewrap))
            #expect(Int(said?.trimmed ?? "") ?? 99 < 8)
        }

        @Test(arguments: SandboxFixture.tiers)
        func aTimeoutLetsTheProgramTidyUp(tier: SandboxTier) async throws {
            let tidied = fixture.granted.adding("tidied")
            let plan = try fixture.plan(
                "trap 'echo bye > \"$1\"; exit 0' TERM; echo ready; sleep 60 & wait", [tidied],
                sandbox: sandbox(tier), extra: "timeout: 1s\ngrace: 20s")
            let failure = await fixture.process.perform(plan).failure
            #expect(failure?.code == "timeout", "\(String(describing: failure))")
            #expect(SandboxFixture.exists(tidied))
        }

        @Test func aSignalIsToldThroughBubblewrap() async throws {
            guard SandboxFixture.tiers.contains(.bubblewrap) else { return }
            let outcome = try await fixture.run("kill -SEGV $$", sandbox: sandbox(.bubblewrap))
            #expect(outcome.failure?.code == "signaled")
            #expect(outcome.failure?.message.contains("SIGSEGV") == true)
        }

        @Test(arguments: SandboxFixture.tiers)
        func gitMakesARepositoryInAGrantedFolder(tier: SandboxTier) async throws {
            let script = """
                git init --quiet -- "$1/r" && cd "$1/r" && git -c user.name=n -c user.email=e commit -q --allow-empty -m m \
                    && git log --format=%s && rm -rf "$1/r"
                """
            #expect(try await fixture.stdout(script, [fixture.granted.path], sandbox: sandbox(tier)) == "m")
        }

        @Test(arguments: SandboxFixture.tiers)
        func aFailureSaysWhatTheProgramRanUnder(tier: SandboxTier) async throws {
            let failure = try await fixture.run("exit 3", sandbox: sandbox(tier), extra: "limits: {openFiles: 64}").failure
            #expect(failure?.message.contains("it ran under sandbox \(tier.rawValue), network off; limits openFiles 64") == true)
        }

        @Test(arguments: SandboxFixture.tiers)
        func aFolderThatBecameALinkIsNotOpened(tier: SandboxTier) async throws {
            let link = fixture.granted.adding("link")
            #expect(symlink(fixture.other.path, link) == 0)
            let outcome = try await fixture.run("echo x > \"$1/x\"", [link], sandbox: sandbox(tier, ", write: [\(link)]"))
            #expect(outcome.failure?.code == "directory_missing", "\(outcome)")
        }
    }
}

extension ProcessFixture {
    fileprivate func stdout(_ plan: ProcessPlan) async -> String? { await perform(plan).result?["stdout"]?.stringValue }
}

extension String {
    fileprivate var doubled: String { String(flatMap { $0 == "{" || $0 == "}" ? [$0, $0] : [$0] }) }
    fileprivate var trimmed: String { String(drop(while: \.isWhitespace)) }
}

private func text(of path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FixtureError(errno: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}
