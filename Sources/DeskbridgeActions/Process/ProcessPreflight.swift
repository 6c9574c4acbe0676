import DeskbridgeCore
import Glibc

/// Looks, before a process is started, whether its files are there, for failures that say which is not.
enum ProcessPreflight {
    /// Waits for the file system: not to be called from a task.
    static func failure(of plan: ProcessPlan) -> Failure? {
        var status = stat()
        guard stat(plan.executable, &status) == 0 else {
            return missing(
                "executable", "the executable \(plan.executable) of argv[0] cannot be found", "install it, or correct the action")
        }
        guard status.st_mode & S_IFMT == S_IFREG, access(plan.executable, X_OK) == 0 else {
            return Failure(
                "executable_not_runnable", "\(plan.executable) is no file that this user may execute: check what it is and its mode",
                .permanent)
        }
        guard stat(plan.directory.value, &status) == 0 else {
            return missing("directory", "the working directory \(plan.directory.shown) cannot be found", "make it, or correct the action")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return Failure("directory_missing", "the working directory \(plan.directory.shown) is no folder", .permanent)
        }
        return nil
    }

    private static func missing(_ what: String, _ message: String, _ advice: String) -> Failure {
        Failure("\(what)_missing", "\(message) (\(String(cString: strerror(errno)))): \(advice)", .permanent)
    }
}
