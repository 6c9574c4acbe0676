internal import DeskbridgeCore
internal import Glibc

/// A page on disk that leads the browser to the console.
///
/// Every user of the machine can read the arguments of a program (`/proc/PID/cmdline`), and a ticket in those of the browser could be
/// used before the browser does. Only the owner can read this file, and all that is in it is good once.
struct ConsolePage {
    let path: String

    func write(leadingTo url: String) throws(CommandFailure) {
        let text = """
            <!doctype html>
            <meta charset="utf-8">
            <meta name="referrer" content="no-referrer">
            <meta http-equiv="refresh" content="0; url=\(url)">
            <title>Deskbridge</title>
            <p><a href="\(url)">Open the console</a></p>

            """
        let staged = "\(path).\(getpid())"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        guard isWritten, rename(staged, path) == 0 else {
            let failure = failure()
            unlink(staged)
            throw failure
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure(
            "Cannot write \(path), which leads the browser to the console: \(String(cString: strerror(errno))). Use --print instead.",
            .failed)
    }
}
