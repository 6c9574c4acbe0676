internal import Glibc

/// Nothing more can be written: the other end of a pipe was closed, as by `| head -1`, or the disk behind a redirection is full.
package struct ReaderIsGone: Error {
    /// What a shell reports for a program that `SIGPIPE` ended: 128 + 13.
    package static let exitCode: Int32 = 141

    /// What write(2) said.
    private let code: Int32

    package init(_ code: Int32 = EPIPE) { self.code = code }

    /// What the user is told; nil if they ended it themselves.
    package var failure: CommandFailure? {
        code == EPIPE
            ? nil
            : CommandFailure(
                "What this command says could not be written: \(String(cString: strerror(code))). What it was asked to do may be done.",
                .failed)
    }
}

/// One stream of text, with what is known of the screen behind it.
package struct OutputChannel: Sendable {
    /// How many characters a line holds; nil if this is no terminal, where lines are not shortened.
    package let columns: Int?
    package let isColoured: Bool
    private let write: @Sendable (String) throws(ReaderIsGone) -> Void

    package init(columns: Int?, isColoured: Bool, write: @escaping @Sendable (String) throws(ReaderIsGone) -> Void) {
        self.columns = columns
        self.isColoured = isColoured
        self.write = write
    }

    package func text(_ text: String) throws(ReaderIsGone) { try write(text) }

    package func line(_ text: String) throws(ReaderIsGone) { try write(text + "\n") }

    /// The text in a colour, where colours are shown.
    package func painted(_ text: String, _ paint: Paint) -> String {
        isColoured ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// Select Graphic Rendition parameters (ECMA-48, 8.3.117).
package enum Paint: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
}

extension OutputChannel {
    /// A descriptor of this process. Colours need a terminal that is not `dumb`, and no `NO_COLOR` (no-color.org).
    static func descriptor(_ descriptor: Int32) -> OutputChannel {
        let isTerminal = isatty(descriptor) == 1
        let wantsNone = Environment.variable("NO_COLOR") != nil || Environment.variable("TERM") == "dumb"
        return OutputChannel(
            columns: isTerminal ? width(of: descriptor) : nil,
            isColoured: isTerminal && !wantsNone
        ) { (text) throws(ReaderIsGone) in
            try writeAll(Array(text.utf8), to: descriptor)
        }
    }

    private static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(ReaderIsGone) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written) }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                throw ReaderIsGone(errno)
            }
        }
    }
}
