import DeskbridgeCore
import Foundation
import Synchronization
import Testing

@testable import DeskbridgeActions

/// What the bridge removes of its own, whatever others did there, and what it never does.
struct FolderRemovalTests {
    private let fixture: FolderFixture
    private let event = EventID(at: FolderFixture.now)

    init() throws { fixture = try FolderFixture() }

    private var name: String { name("f") }
    private func name(_ last: String) -> String { ".deskbridge-\(event)-0123456789abcde\(last)" }

    private func make() async throws -> StepOutcome { try await fixture.make("{root: ~/Projects, name: x}", for: event) }

    private func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: fixture.root)) }

    /// Makes one folder in another, so many times, by descriptors: no path is that long.
    private static func nest(_ count: Int, in folder: borrowing Directory) throws {
        var current = dup(folder.descriptor)
        defer { close(current) }
        for _ in 0..<count {
            guard mkdirat(current, "d", 0o700) == 0 else { throw FixtureError(errno: errno) }
            let next = openat(current, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard next >= 0 else { throw FixtureError(errno: errno) }
            close(current)
            current = next
        }
    }

    @Test func whatLiesDeeperThanAnyPathIsRemovedWithFewDescriptors() throws {
        try fixture.leave(name) { folder in try Self.nest(19_000, in: folder) }
        do {
            let root = try Directory(following: fixture.root)
            try StagingFolder.sweep(root, for: event, now: FolderFixture.now, removal: TreeRemoval { false }, leftovers: { _ in })
        }
        #expect(try names().isEmpty)
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func whateverLiesThereIsRemovedAndNoLinkIsFollowed() async throws {
        try fixture.add(file: "outside/kept")
        try fixture.leave(name) { folder in
            for entry in ["file", "a/b/c/file", "a/b/file", "a/second/file", "closed/inner/file"] {
                try fixture.add(file: "Projects/\(name)/\(entry)")
            }
            for link in ["link", "a/link", "a/b/link"] { try fixture.add(link: "Projects/\(name)/\(link)", to: fixture.home + "/outside") }
            let descriptor = folder.descriptor
            #expect(mkdirat(descriptor, [0x66, CChar(bitPattern: 0xFF), 0], 0o700) == 0)
            #expect(mkfifoat(descriptor, "a/pipe", 0o600) == 0)
            for closed in ["closed/inner", "closed"] { chmod("\(fixture.root)/\(name)/\(closed)", 0) }
        }
        #expect(try await make().created == true)
        #expect(try names() == ["x"])
        #expect(try fixture.listing("outside") == ["kept"])
    }

    @Test func whenTheTimeIsOverTheRestIsLeftToTheNextSweep() throws {
        try fixture.leave(name) { folder in try Self.nest(100, in: folder) }
        let root = try Directory(following: fixture.root)
        let reported = Reports()
        for round in 1...3 {
            var left = round == 3 ? Int.max : 20
            let removal = TreeRemoval {
                left -= 1
                return left < 0
            }
            try StagingFolder.sweep(root, for: event, now: FolderFixture.now, removal: removal, leftovers: reported.add)
            #expect(try names() == (round == 3 ? [] : [name]))
        }
        #expect(reported.all == ["\(fixture.root)/\(name)", "\(fixture.root)/\(name)"])
    }

    @Test func aFolderThatOnlyBearsTheNameStays() async throws {
        try fixture.add(file: "Projects/\(name)/sketches/of/a/person")
        try fixture.leave(name("0"))
        // A copy of one of the bridge's own bears its mark, but is another folder.
        try fixture.leave("copied")
        try FileManager.default.moveItem(atPath: fixture.root + "/copied", toPath: fixture.root + "/" + name("1"))
        try fixture.add(file: "Projects/\(name("1"))/mine")
        for name in try names() {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: "\(fixture.root)/\(name)")
        }
        #expect(try await make().created == true)
        #expect(try names() == [name, name("1"), "x"])
        #expect(try fixture.text("Projects/\(name)/sketches/of/a/person") == "")
    }

    @Test func anEmptyOneThatWasNotMarkedYetIsRemoved() async throws {
        try fixture.add(folder: "Projects/\(name)")
        #expect(try await make().created == true)
        #expect(try names() == ["x"])
    }

    @Test func whatTookThePlaceOfTheStagingFolderStays() throws {
        try fixture.add(folder: "Projects")
        let root = try Directory(following: fixture.root)
        do {
            let staging = try StagingFolder(in: root, for: event, leftovers: { _ in })
            try staging.own.directory.makeFile("made", [])
            let name = staging.own.name
            try FileManager.default.moveItem(atPath: "\(fixture.root)/\(name)", toPath: fixture.root + "/moved")
            try fixture.add(file: "Projects/\(name)/mine")
            _ = consume staging
        }
        #expect(try fixture.listing().contains { $0.hasSuffix("/mine") })
        #expect(try fixture.listing("Projects/moved").isEmpty, "what it made is gone from where it is now")
    }

    @Test(arguments: [("user.deskbridge.test", false), ("deskbridge.unknown", true)])
    func aMarkStandsAlsoWhereThereAreNoAttributes(attribute: String, isFile: Bool) throws {
        try fixture.add(folder: "a")
        let folder = try Directory(following: fixture.home + "/a")
        let mark = FolderMark(attribute: attribute, file: ".mark", text: "a/1")
        let isThereBefore = mark.stands(on: folder)
        try mark.put(on: folder)
        var standing: [String] = []
        for text in ["a/", "a/1", "a/12"] {
            if FolderMark(attribute: attribute, file: ".mark", text: text).stands(on: folder) { standing.append(text) }
        }
        #expect(!isThereBefore && standing == ["a/1"])
        #expect(try fixture.listing("a") == (isFile ? [".mark"] : []))
    }
}

/// The folders that were reported as left.
private final class Reports: Sendable {
    private let paths = Mutex<[String]>([])

    var all: [String] { paths.withLock { $0 } }
    @Sendable func add(_ path: String) { paths.withLock { $0.append(path) } }
}
