extension String {
    /// As one word of a shell command (POSIX Shell Command Language, section 2.2.2): in single quotes, unless it needs none.
    package var quotedForShell: String {
        let isPlain = utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || "/._-+:=@%,".utf8.contains(byte)
        }
        return isPlain && !isEmpty ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
