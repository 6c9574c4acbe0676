import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeActions

/// Disks of other kinds, mounted in a folder of the test's own: full, read-only, without extended attributes.
@Suite(.enabled(if: DiskFixture.canMount, "mounting needs the rights of root"))
struct FolderDiskTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    @Test func aFullDiskIsTriedAgainAndKeepsNothing() async throws {
        let disk = try DiskFixture("tmpfs", "size=256k,nr_inodes=60", at: fixture.root)
        defer { disk.unmount() }
        for tree in ["[{\"f{1..9}\": \"\(String(repeating: "x", count: 40_000))\"}]", "[\"{1..100}\"]", "[\"a/b/{1..40}/c\"]"] {
            let outcome = try await fixture.make("{root: ~/Projects, name: p/q, tree: \(tree)}")
            #expect(outcome.code == "no_space?")
            #expect(outcome.message?.contains(" \(fixture.root)/.deskbridge-") == true)
            #expect(outcome.message?.hasSuffix(": No space left on device. Free some space on that disk.") == true)
            #expect(try fixture.listing().isEmpty)
        }
        #expect(try fixture.openDescriptors() == 0)
        #expect(try await fixture.make("{root: ~/Projects, name: p/q, tree: [\"{1..20}\"]}").created == true)

        let before = try fixture.listing()
        #expect(try await fixture.make("{root: ~/Projects, name: p/q, tree: [\"new/{1..100}\", a]}").code == "no_space?")
        #expect(try fixture.listing() == before)
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func aReadOnlyDiskIsAFailureForGood() async throws {
        let disk = try DiskFixture("tmpfs", "ro", at: fixture.root)
        defer { disk.unmount() }
        let outcome = try await fixture.make("{root: ~/Projects, name: p}")
        #expect(outcome.code == "read_only")
        #expect(outcome.message?.contains("Mount that disk for writing, or choose another root.") == true)
        #expect(try await fixture.make("{root: ~/Projects/deep/er, name: p}").code == "read_only")
    }

    @Test(arguments: ["reuse", "fail", "suffix"])
    func whereThereAreNoAttributesAFileMarksTheFolder(_ rule: String) async throws {
        let disk = try DiskFixture("ramfs", "", at: fixture.root)
        defer { disk.unmount() }
        let event = EventID(at: FolderFixture.now)
        let yaml = "{root: ~/Projects, name: p, tree: [a], ifExists: \(rule)}"
        for _ in 1...2 { #expect(try await fixture.make(yaml, for: event) == fixture.result("p", created: true)) }
        #expect(try fixture.listing() == ["p/", "p/.deskbridge-event", "p/a/"])
        #expect(try fixture.text("Projects/p/.deskbridge-event") == "\(event)/project")
        let other = try await fixture.make(yaml)
        #expect(
            other
                == (rule == "reuse" ? fixture.result("p", created: false) : rule == "suffix" ? fixture.result("p_2", created: true) : other)
        )
        if rule == "fail" { #expect(other.code == "folder_exists") }
    }

    @Test func anotherDiskBeneathTheRootIsAFailureForGood() async throws {
        let disk = try DiskFixture("tmpfs", "", at: fixture.root + "/other")
        defer { disk.unmount() }
        for name in ["other/p", "other/new/er/p"] {
            #expect(try await fixture.make("{root: ~/Projects, name: \(name)}").code == "other_disk")
            #expect(try fixture.listing() == ["other/"])
        }
        #expect(try await fixture.make("{root: ~/Projects/other, name: p}").created == true)
        #expect(try fixture.listing() == ["other/", "other/p/"])
    }
}

/// A disk mounted for one test.
struct DiskFixture {
    static var canMount: Bool { geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/mount") }

    private let path: String

    init(_ kind: String, _ options: String, at path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let mount = try Process.run(
            URL(fileURLWithPath: "/usr/bin/mount"), arguments: ["-t", kind] + (options.isEmpty ? [] : ["-o", options]) + ["none", path])
        mount.waitUntilExit()
        try #require(mount.terminationStatus == 0)
    }

    func unmount() {
        let unmount = try? Process.run(URL(fileURLWithPath: "/usr/bin/umount"), arguments: [path])
        unmount?.waitUntilExit()
    }
}
