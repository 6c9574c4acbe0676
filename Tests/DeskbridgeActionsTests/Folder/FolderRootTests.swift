import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeActions

struct FolderRootTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    @Test func theRootMayBeALinkOfThePersonsOwn() async throws {
        try fixture.add(folder: "disk")
        try fixture.add(link: "Projects", to: fixture.home + "/disk")
        let granted = ["Projects"]
        #expect(try await fixture.make("{root: ~/Projects, name: p, tree: [a]}", granted: granted) == fixture.result("p", created: true))
        #expect(try await fixture.make("{root: ~/Projects/new/er, name: p}", granted: granted).created == true)
        #expect(try fixture.plan("{root: ~/Projects/new/er, name: p}", granted: granted).foreseen()?["created"] == false)
        #expect(try fixture.listing("disk") == ["new/", "new/er/", "new/er/p/", "p/", "p/a/"])
    }

    @Test func foldersOnTheWayToTheGrantedOneMayBeLinksToo() async throws {
        try fixture.add(folder: "disk")
        try fixture.add(link: "studio", to: "disk")
        #expect(try await fixture.make("{root: ~/studio/Projects/in, name: p}", granted: ["studio/Projects"]).created == true)
        #expect(try fixture.listing("disk") == ["Projects/", "Projects/in/", "Projects/in/p/"])
    }

    /// Where programs may write, none of them can lead the next step out by a link.
    @Test(
        arguments: ["~/granted/in", "~/granted/in/deep", "~/granted/in/deep/new"], [["granted"], ["granted", "granted/in"]] as [[String]])
    func aLinkBetweenTheGrantedFolderAndTheRootIsNotFollowed(root: String, granted: [String]) async throws {
        try fixture.add(folder: "outside/deep")
        try fixture.add(folder: "granted")
        try fixture.add(link: "granted/in", to: fixture.home + "/outside")
        let yaml = "{root: \(root), name: p, tree: [a]}"
        let plan = try fixture.plan(yaml, granted: granted)
        #expect(plan.foreseen()?["created"] == nil)
        let outcome = await fixture.perform(plan)
        #expect(outcome.code == "symlink_in_the_way")
        #expect(outcome.message?.contains("beneath \(fixture.home)/granted,") == true)
        #expect(try fixture.listing("outside") == ["deep/"])
        #expect(try fixture.listing("granted") == ["in@"])
    }

    @Test func aFolderThatBecomesALinkAfterThePlanIsNotFollowed() async throws {
        try fixture.add(folder: "outside")
        try fixture.add(folder: "granted/in")
        let plan = try fixture.plan("{root: ~/granted/in, name: p}", granted: ["granted"])
        try FileManager.default.removeItem(atPath: fixture.home + "/granted/in")
        try fixture.add(link: "granted/in", to: "../outside")
        #expect(await fixture.perform(plan).code == "symlink_in_the_way")
        #expect(try fixture.listing("outside").isEmpty)
    }

    @Test func aLinkThatLeadsNowhereIsNotMended() async throws {
        try fixture.add(link: "Projects", to: fixture.home + "/gone")
        let outcome = try await fixture.make("{root: ~/Projects/a, name: p}")
        #expect(outcome.code == "symlink_in_the_way")
        #expect(try fixture.listing("") == ["Projects@"])
    }

    @Test(arguments: ["{root: ~/Projects, name: out/p}", "{root: ~/Projects, name: out}", "{root: ~/Projects, name: p, tree: [out/x]}"])
    func aLinkBeneathTheRootIsNotFollowed(_ yaml: String) async throws {
        try fixture.add(folder: "outside")
        try fixture.add(folder: "Projects/p")
        for place in ["Projects/out", "Projects/p/out"] { try fixture.add(link: place, to: "../outside") }
        let outcome = try await fixture.make(yaml)
        #expect(outcome.code == "symlink_in_the_way")
        #expect(try fixture.listing("outside").isEmpty)
        #expect(try fixture.listing() == ["out@", "p/", "p/out@"])
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere")) func aRootThatMayNotBeWrittenIsAFailureForGood() async throws {
        try fixture.add(folder: "Projects")
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: fixture.root)
        let outcome = try await fixture.make("{root: ~/Projects, name: p}")
        #expect(outcome.code == "permission_denied")
        #expect(try fixture.listing().isEmpty)
    }

    private static let systemErrors: [(Int32, String)] = [
        (ENOSPC, "no_space?"), (EDQUOT, "no_space?"), (EMFILE, "out_of_resources?"), (ENFILE, "out_of_resources?"),
        (ENOMEM, "out_of_resources?"),
        (EIO, "io_error?"), (ESTALE, "folder_changing?"), (ENOENT, "folder_changing?"), (EINTR, "io_error?"), (EACCES, "permission_denied"),
        (EPERM, "permission_denied"), (EROFS, "read_only"), (ENOTDIR, "not_a_folder"), (ELOOP, "symlink_in_the_way"), (EXDEV, "other_disk"),
        (ENAMETOOLONG, "too_long"), (EFBIG, "file_too_large"), (ENOSYS, "unsupported"), (EINVAL, "unsupported"),
    ]

    @Test(arguments: systemErrors) func failuresSayWhatToDoAndWhetherToTryAgain(_ number: Int32, _ code: String) {
        let outcome = FolderProblem.system(number, doing: "make the folder /a/b").outcome
        #expect(outcome.code == code)
        #expect(outcome.message?.hasPrefix("cannot make the folder /a/b: ") == true)
        #expect(outcome.message?.hasSuffix(".") == true)
    }

    /// Also the way without RENAME_NOREPLACE, for disks that lack it.
    @Test(arguments: [false, true]) func whatIsTakenReplacesNothing(_ inSteps: Bool) throws {
        try fixture.add(file: "from/folder/inner", "new")
        try fixture.add(file: "from/file", "new")
        try fixture.add(file: "to/taken", "old")
        try fixture.add(folder: "to/empty")
        let source = try Directory(following: fixture.home + "/from")
        let target = try Directory(following: fixture.home + "/to")
        func take(_ name: String, as newName: String) throws -> Bool {
            inSteps
                ? try target.takeInSteps(name, from: source, as: newName, shown: nil) : try target.take(name, from: source, as: newName)
        }
        for name in ["folder", "file"] {
            for taken in ["taken", "empty"] { #expect(try !take(name, as: taken)) }
            #expect(try take(name, as: name))
        }
        #expect(try fixture.listing("to") == ["empty/", "file", "folder/", "folder/inner", "taken"])
        #expect(try fixture.text("to/taken") == "old")
        #expect(try fixture.text("to/file") == "new")
    }
}
