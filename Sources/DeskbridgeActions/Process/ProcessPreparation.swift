import DeskbridgeCore
import Glibc
import SystemPackage

/// All that a plan names, opened and checked, so that what is started is what was looked at.
struct ProcessPreparation: Sendable {
    /// The program, or bubblewrap, which starts it.
    let executable: CheckedExecutable
    let directory: Descriptor
    let arguments: [String]
    /// What is added to the plan's environment.
    private(set) var extraEnvironment: [String] = []
    private(set) var passed: [Descriptor] = []
    private(set) var ruleset: Descriptor?
    /// The other end of what bubblewrap tells.
    private(set) var bubblewrapStatus: Descriptor?
    /// To be removed when the process is gone.
    private(set) var temporary: PrivateFolder?

    func isolatesNetwork(_ plan: ProcessPlan) -> Bool { plan.sandbox?.tier == .landlock && plan.sandbox?.network == .own }

    /// Waits for the file system: not to be called from a task.
    /// - Parameter hidden: folders that no sandbox shows.
    init(_ plan: ProcessPlan, hiding hidden: [String] = []) throws(Failure) {
        if let reason = plan.sandbox?.unavailable { throw Self.unavailable(plan, reason) }
        let program = try CheckedExecutable.open(plan.executable)
        directory = try Self.directory(plan)
        let argv = [plan.executable] + plan.arguments.map(\.value)
        switch plan.sandbox?.tier {
        case nil, .some(.none):
            executable = program
            arguments = argv
        case .landlock:
            executable = program
            arguments = argv
            try confine(plan, hiding: HiddenFolders(hidden))
        case .bubblewrap:
            guard let place = plan.sandbox?.bubblewrap else { throw Self.unavailable(plan, "bubblewrap is missing") }
            executable = try CheckedExecutable.open(place)
            arguments = try Self.bubblewrapArguments(plan, argv, program, hiding: HiddenFolders(hidden))
            try wrap(plan, program)
        }
    }

    private static func directory(_ plan: ProcessPlan) throws(Failure) -> Descriptor {
        let advice = "make it, or correct the action"
        guard let folder = Descriptor(place: plan.directory.value), let status = folder.status else {
            throw missing("the working directory \(plan.directory.shown) cannot be found (\(Errno.last)): \(advice)")
        }
        guard status.isKind(S_IFDIR) else { throw missing("the working directory \(plan.directory.shown) is no folder") }
        return folder
    }

    private static func missing(_ message: String) -> Failure { Failure("directory_missing", message, .permanent) }

    static func unavailable(_ plan: ProcessPlan, _ reason: String) -> Failure {
        Failure(
            "sandbox_unavailable",
            "\(plan.name) was not started, because its sandbox cannot be had: \(reason); provide it, or ask for another in the action",
            .permanent)
    }

    // MARK: Landlock

    private mutating func confine(_ plan: ProcessPlan, hiding hidden: HiddenFolders) throws(Failure) {
        guard let sandbox = plan.sandbox else { return }
        let write = try Self.opened(sandbox.write)
        var read: [Descriptor]?
        if let folders = sandbox.read { read = try Self.opened(folders).map(\.1) }
        let temporary: PrivateFolder
        do throws(FolderProblem) { temporary = try PrivateFolder() } catch {
            let reason = Errno(rawValue: error.errorNumber ?? 0)
            throw Failure("spawn_failed", "\(plan.name) was not started: no folder for its temporary files (\(reason))", .retryable)
        }
        self.temporary = temporary
        if !plan.environment.contains(where: { $0.name == "TMPDIR" }) { extraEnvironment = ["TMPDIR=\(temporary.path)"] }
        let rules = LandlockRules(sandbox, executable: executable, write: write.map(\.1) + [temporary.place], read: read, hiding: hidden)
        guard let ruleset = rules.ruleset() else {
            throw Self.unavailable(plan, "the kernel refused the rules (\(Errno.last))")
        }
        self.ruleset = ruleset
    }

    /// Opens the folders that are there; no link is followed beneath what is granted.
    private static func opened(_ folders: [SandboxPlan.Folder]) throws(Failure) -> [(String, Descriptor)] {
        var opened: [(String, Descriptor)] = []
        for folder in folders {
            do throws(FolderProblem) {
                opened.append((folder.path.value, try folder.open()))
            } catch {
                guard folder.mustExist || error.errorNumber != ENOENT else { continue }
                guard error.errorNumber != ENOENT else {
                    let missing = "the sandbox names \(folder.path.shown), which is not there: make it, then try the event again"
                    throw Failure("directory_missing", missing, .permanent)
                }
                guard case .failed(let failure) = error.outcome else { continue }
                throw Failure("directory_missing", "a folder of the sandbox is not to be had: \(failure.message)", .permanent)
            }
        }
        return opened
    }

    // MARK: bubblewrap

    private static func bubblewrapArguments(
        _ plan: ProcessPlan, _ argv: [String], _ program: CheckedExecutable, hiding hidden: HiddenFolders
    ) throws(Failure) -> [String] {
        guard let sandbox = plan.sandbox else { return argv }
        if let limit = plan.limits.fileSize, limit < program.size {
            throw unavailable(
                plan, "bubblewrap makes a copy of the executable, whose \(program.size) bytes limits.fileSize does not allow")
        }
        let write = try opened(sandbox.write).map(\.0)
        var read: [String]?
        if let folders = sandbox.read { read = try opened(folders).map(\.0) }
        return BubblewrapCommand.arguments(
            argv, file: program.path, directory: plan.directory.value, hasNetwork: sandbox.network == .on, write: write, read: read,
            hidden: hidden.paths)
    }

    private mutating func wrap(_ plan: ProcessPlan, _ program: CheckedExecutable) throws(Failure) {
        guard let content = Descriptor(checked: open("/proc/self/fd/\(program.file.number)", O_RDONLY | O_CLOEXEC)) else {
            throw Self.unavailable(plan, "bubblewrap makes a copy of the executable, which this user may not read")
        }
        let ends: (reading: CInt, writing: CInt)
        do { ends = try StandardStreams.pipe() } catch {
            throw Failure("spawn_failed", "\(plan.name) was not started: \(error)", .retryable)
        }
        bubblewrapStatus = Descriptor(ends.reading)
        passed = [content, Descriptor(ends.writing)]
        guard let landlock = plan.sandbox?.landlock, landlock > 0 else { return }
        guard let ruleset = Landlock.scopesOnly() else {
            throw Self.unavailable(plan, "the kernel refused the rules (\(Errno.last))")
        }
        self.ruleset = ruleset
    }
}

extension SandboxPlan.Folder {
    fileprivate func open() throws(FolderProblem) -> Descriptor {
        let granted = try Directory(following: root)
        let path = (try? AbsolutePath(path.value))?.description ?? path.value
        let names = path.utf8.dropFirst(root.utf8.count).split(separator: UInt8(ascii: "/")).compactMap { String($0) }
        return names.isEmpty ? granted.held : try granted.folder(names, shown: names).held
    }
}

extension Errno {
    /// What the last system call of this thread left behind.
    fileprivate static var last: Errno { Errno(rawValue: errno) }
}
