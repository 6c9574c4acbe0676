import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeActions

struct FolderRepeatTests {
    private let fixture: FolderFixture
    private let event = EventID(at: FolderFixture.now)

    init() throws { fixture = try FolderFixture() }

    private func yaml(_ rule: String) -> String {
        "{root: ~/Projects, name: \"{user}/{name}\", tree: [a/b, {c.txt: x}], ifExists: \(rule)}"
    }

    /// As after a crash between the moment the folder appeared and the moment the outcome was stored.
    @Test(arguments: ["reuse", "fail", "suffix"]) func theSameEventGetsItsFolderAgain(_ rule: String) async throws {
        for _ in 1...3 {
            #expect(try await fixture.make(yaml(rule), for: event) == fixture.result("John/Alpha", created: true))
        }
        #expect(try fixture.listing() == ["John/", "John/Alpha/", "John/Alpha/a/", "John/Alpha/a/b/", "John/Alpha/c.txt"])
    }

    @Test func theSameEventGetsItsNumberAgain() async throws {
        let others = [EventID(at: FolderFixture.now), EventID(at: FolderFixture.now)]
        #expect(try await fixture.make(yaml("suffix"), for: others[0]).name == "John/Alpha")
        #expect(try await fixture.make(yaml("suffix"), for: event).name == "John/Alpha_2")
        #expect(try await fixture.make(yaml("suffix"), for: others[1]).name == "John/Alpha_3")
        #expect(try await fixture.make(yaml("suffix"), for: event) == fixture.result("John/Alpha_2", created: true))
        try FileManager.default.removeItem(atPath: fixture.root + "/John/Alpha")
        #expect(try await fixture.make(yaml("suffix"), for: event).name == "John/Alpha_2")
        #expect(try await fixture.make(yaml("suffix"), for: others[1]).name == "John/Alpha_3")
    }

    @Test func anotherEventAndAnotherStepAreNotTheSame() async throws {
        #expect(try await fixture.make(yaml("reuse"), for: event).created == true)
        #expect(try await fixture.make(yaml("reuse")).created == false)
        #expect(try await fixture.make(yaml("fail")).code == "folder_exists")
        #expect(await fixture.perform(try fixture.plan(yaml("suffix")), for: event, step: "second").name == "John/Alpha_2")
        #expect(await fixture.perform(try fixture.plan(yaml("suffix")), for: event, step: "second").name == "John/Alpha_2")
    }

    @Test func aFolderThatThePersonChangedIsStillTheEventsOwn() async throws {
        #expect(try await fixture.make(yaml("fail"), for: event).created == true)
        try FileManager.default.removeItem(atPath: fixture.root + "/John/Alpha/c.txt")
        try fixture.add(file: "Projects/John/Alpha/mine.txt")
        #expect(try await fixture.make(yaml("fail"), for: event).created == true)
        #expect(try fixture.listing("Projects/John/Alpha") == ["a/", "a/b/", "mine.txt"])
    }

    @Test func whatACrashOfThisEventLeftBehindIsRemoved() async throws {
        let left = ".deskbridge-\(event)-0123456789abcdef"
        try fixture.leave(left)
        try fixture.add(file: "Projects/\(left)/new/a/half.txt", "ha")
        try fixture.add(link: "Projects/\(left)/new/out", to: fixture.home)
        #expect(try await fixture.make(yaml("reuse"), for: event).created == true)
        #expect(try fixture.listing().allSatisfy { $0.hasPrefix("John/") })
    }

    @Test func ofOthersOnlyWhatIsOlderThanADayIsRemoved() async throws {
        let other = EventID(at: Timestamp(milliseconds: 1000))
        let old = ".deskbridge-\(other)-0123456789abcdef"
        let young = ".deskbridge-\(other)-fedcba9876543210"
        let strangers = [
            ".deskbridge-\(other)-0123456789ABCDEF", ".deskbridge-\(other)-0123456789abcde", ".deskbridge-\(other)", ".deskbridge-x",
            ".deskbridge-\(other)x0123456789abcdef", "deskbridge-\(other)-0123456789abcdef",
        ]
        let yesterday = Date(timeIntervalSinceNow: -86_500)
        for name in [old, young] { try fixture.leave(name) }
        for name in [old, young] + strangers { try fixture.add(file: "Projects/\(name)/new/x") }
        try fixture.add(link: "Projects/.deskbridge-\(other)-0000000000000000", to: fixture.home)
        for name in [old] + strangers {
            try FileManager.default.setAttributes([.modificationDate: yesterday], ofItemAtPath: "\(fixture.root)/\(name)")
        }
        #expect(try await fixture.make("{root: ~/Projects, name: x}", for: event).created == true)
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: fixture.root))
        #expect(names == Set([young, ".deskbridge-\(other)-0000000000000000", "x"] + strangers))
    }

    @Test func anEmptyParentThatACrashLeftBehindIsUsed() async throws {
        try fixture.add(folder: "Projects/John")
        #expect(try await fixture.make(yaml("fail"), for: event).created == true)
    }
}
