import CLinux
import DeskbridgeCore
import SystemPackage

extension Failure {
    /// Why a process could not be started. Nothing has been done then.
    init(_ problem: ProcessLaunch.Problem, _ plan: ProcessPlan) {
        let errno = problem.errno
        switch problem.stage {
        case DESKBRIDGE_SPAWN_DIRECTORY:
            self.init(
                "directory_missing",
                "\(plan.name) was not started: its working directory \(plan.directory.shown) cannot be entered (\(errno))", .permanent)
        case DESKBRIDGE_SPAWN_NOTE:
            self.init(
                "spawn_failed",
                "\(plan.name) was not started, because it could not be noted in the state folder that it runs (\(errno)): make room there",
                .retryable)
        case DESKBRIDGE_SPAWN_SANDBOX where Self.kind(of: errno) == .permanent:
            self = ProcessPreparation.unavailable(plan, "the kernel refused it (\(errno))")
        case DESKBRIDGE_SPAWN_EXECUTABLE where errno == .staleNFSFileHandle:
            self.init(
                "executable_changed", "\(plan.executable) was replaced while it was to be started, and nothing was run; it is tried again",
                .retryable)
        default:
            self.init("spawn_failed", "\(plan.name) could not be started: \(errno)\(Self.advice(errno))", Self.kind(of: errno))
        }
    }

    /// What a lack of something may end by itself is worth another try; what is wrong with the files is not.
    private static func kind(of errno: Errno) -> Failure.Kind {
        switch errno {
        case .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .interrupted, .textFileBusy:
            .retryable
        default: .permanent
        }
    }

    private static func advice(_ errno: Errno) -> String {
        switch errno {
        case .noSuchFileOrDirectory:
            "; the program that its first line (#!) or its ELF header names is missing, or its file system is mounted noexec"
        case .execFormatError: "; it is no program for this machine, or a script without a first line such as #!/bin/sh"
        default: ""
        }
    }
}
