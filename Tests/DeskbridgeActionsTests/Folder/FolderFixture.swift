import DeskbridgeCore
import Foundation
import Testing

@testable import DeskbridgeActions

/// A folder of its own for each test, `home`, and a handler whose roots lie in it; all is removed in the end.
final class FolderFixture: Sendable {
    static let file = "make.yaml"
    static let now = Timestamp(milliseconds: 1_763_715_845_067)
    static let scope = TemplateScope([
        "name": FieldDeclaration(.string), "user": FieldDeclaration(.string), "shots": FieldDeclaration(.integer),
        "token": FieldDeclaration(.string, isSecret: true), "date": FieldDeclaration(.timestamp),
    ])

    let home: String
    let handler: FolderHandler

    /// - Parameter parent: where the home lies: on a disk, or in memory for tests that need no disk and much speed.
    init(in parent: String = "/tmp") throws {
        home = "\(parent)/deskbridge-folders-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
        handler = FolderHandler(home: home)
    }

    deinit { try? FileManager.default.removeItem(atPath: home) }

    var root: String { "\(home)/Projects" }

    /// - Parameter yaml: what stands under `folder:`.
    func step(_ yaml: String) throws -> FolderStep {
        try handler.parse(YAMLParser.parse(yaml, file: Self.file), in: Self.scope)
    }

    func fields(_ parameters: JSONObject = [:]) -> FieldValues {
        var all: JSONObject = ["name": "Alpha", "user": "John", "shots": 2, "token": "s3cret"]
        all.merge(parameters) { _, new in new }
        return FieldValues(parameters: all, secretNames: ["token"], date: Self.now)
    }

    /// - Parameter granted: folders beneath the home; nil for all that lies where homes of tests do.
    func plan(_ yaml: String, _ parameters: JSONObject = [:], granted: [String]? = nil) throws -> FolderPlan {
        let folders = granted?.map { "\(home)/\($0)" } ?? ["/tmp", "/dev/shm"]
        return try step(yaml).plan(fields(parameters), grants: Grants(folders: folders.map { try AbsolutePath($0) }))
    }

    func perform(_ plan: FolderPlan, for event: EventID = EventID(at: now), step: String = "project") async -> StepOutcome {
        await handler.perform(
            plan, in: StepRun(event: event, attempt: 1, step: step, isSafeToRepeat: true, output: { _, _ in }))
    }

    /// Plans and performs.
    func make(
        _ yaml: String, _ parameters: JSONObject = [:], granted: [String]? = nil, for event: EventID = EventID(at: now)
    ) async throws -> StepOutcome {
        await perform(try plan(yaml, parameters, granted: granted), for: event)
    }

    /// Makes a staging folder in the root as a crash leaves it behind, and calls `body` with it.
    func leave(_ name: String, _ body: (borrowing Directory) throws -> Void = { _ in }) throws {
        try add(folder: "Projects")
        let left = try OwnFolder(making: name, in: Directory(following: root))
        try body(left.directory)
    }

    func result(_ name: String, created: Bool) -> StepOutcome {
        .succeeded(result: ["path": .string("\(root)/\(name)"), "name": .string(name), "created": .bool(created)])
    }

    // MARK: What is on the disk

    func add(folder path: String) throws {
        try FileManager.default.createDirectory(atPath: "\(home)/\(path)", withIntermediateDirectories: true)
    }

    func add(file path: String, _ text: String = "") throws {
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        try add(folder: parent)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(home)/\(path)"))
    }

    func add(link path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(home)/\(path)", withDestinationPath: target)
    }

    func text(_ path: String) throws -> String { try String(contentsOfFile: "\(home)/\(path)", encoding: .utf8) }

    /// All that lies in a folder of the home, sorted; folders end in `/`, links in `@`.
    func listing(_ path: String = "Projects") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(home)/\(path)").map { inner in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(home)/\(path)/\(inner)")
            return switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: inner + "/"
            case .typeSymbolicLink: inner + "@"
            default: inner
            }
        }.sorted()
    }

    func permissions(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(home)/\(path)")
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// How many open descriptors of this process lead into the home folder.
    func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix(home) ?? false
        }
    }
}

extension StepOutcome {
    /// The code of a failure, with `?` behind it if it may be tried again.
    var code: String? {
        guard case .failed(let failure) = self else { return nil }
        return failure.kind == .retryable ? failure.code + "?" : failure.code
    }

    var message: String? {
        if case .failed(let failure) = self { failure.message } else { nil }
    }

    var name: String? {
        if case .succeeded(let result) = self { result["name"]?.stringValue } else { nil }
    }

    var created: Bool? {
        if case .succeeded(let result) = self { result["created"]?.boolValue } else { nil }
    }
}
