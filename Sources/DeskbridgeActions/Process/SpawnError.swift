import DeskbridgeCore
import Subprocess
import SystemPackage

/// Why a process could not be started. Nothing has been done then.
struct SpawnError: Error {
    let failure: Failure

    init(_ error: any Error, _ plan: ProcessPlan) {
        let errno = (error as? Errno) ?? (error as? SubprocessError)?.underlyingError
        let isDirectory = (error as? SubprocessError)?.code == .failedToChangeWorkingDirectory
        if isDirectory {
            failure = Failure(
                "directory_missing",
                "\(plan.name) was not started: its working directory \(plan.directory.shown) cannot be entered (\(Self.text(errno, error)))",
                .permanent)
        } else {
            failure = Failure(
                "spawn_failed", "\(plan.name) could not be started: \(Self.text(errno, error))\(Self.advice(errno))", Self.kind(errno))
        }
    }

    /// What a lack of something may end by itself is worth another try; what is wrong with the files is not.
    private static func kind(_ errno: Errno?) -> Failure.Kind {
        switch errno {
        case .resourceTemporarilyUnavailable, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .interrupted, .textFileBusy:
            .retryable
        default: .permanent
        }
    }

    private static func text(_ errno: Errno?, _ error: any Error) -> String { errno.map(\.description) ?? String(describing: error) }

    private static func advice(_ errno: Errno?) -> String {
        switch errno {
        case .noSuchFileOrDirectory:
            "; the program that its first line (#!) or its ELF header names is missing, or its file system is mounted noexec"
        case .execFormatError: "; it is no program for this machine, or a script without a first line such as #!/bin/sh"
        default: ""
        }
    }
}
