import DeskbridgeCore

/// Which environment variables a process may be given, and which ones it gets unasked.
enum EnvironmentNames {
    /// Where programs look for other programs, unless the action says otherwise.
    static let path = "/usr/local/bin:/usr/bin:/bin"

    /// Passed on from the bridge's own environment if set there.
    private static let passedOn: Set<String> = [
        "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP", "DISPLAY",
        "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS",
    ]

    static func isPassedOn(_ name: String) -> Bool {
        passedOn.contains(name) || name.hasPrefix("LC_") || name.hasPrefix("XDG_SESSION_")
            || (name.hasPrefix("XDG_") && name.hasSuffix("_HOME"))
    }

    /// Variables that make a program run code of somebody's choice before its own. A grant names an executable, and with one of
    /// these any executable does anything: neither action nor bridge may set them.
    private static let loaders: Set<String> = [
        // ld.so(8), glibc
        "GLIBC_TUNABLES", "GCONV_PATH",
        // Shells: bash(1), dash(1)
        "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "ZDOTDIR",
        // Interpreters
        "PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONWARNINGS",
        "PYTHONPLATLIBDIR", "PYTHONEXECUTABLE", "PYTHONPYCACHEPREFIX", "PERL5OPT", "PERL5LIB", "PERLLIB", "PERL5DB", "PERL5SHELL",
        "RUBYOPT", "RUBYLIB", "NODE_OPTIONS", "NODE_PATH", "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "LUA_PATH", "LUA_CPATH", "PHPRC", "PHP_INI_SCAN_DIR",
        // Libraries and toolkits that load modules by name
        "OPENSSL_CONF", "OPENSSL_ENGINES", "OPENSSL_MODULES", "SASL_PATH", "KRB5_CONFIG", "GI_TYPELIB_PATH", "GST_PLUGIN_PATH",
        "GTK_MODULES", "GTK_PATH", "GIO_EXTRA_MODULES", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH",
    ]
    private static let loaderPrefixes = ["LD_", "BASH_FUNC_", "LUA_INIT"]

    static func isLoader(_ name: String) -> Bool {
        loaders.contains(name) || loaderPrefixes.contains { name.hasPrefix($0) }
    }

    /// Variables whose value names a program, the place of programs or of settings that name some, or whom a program talks to: the action
    /// may say which, an event may not.
    private static let programs: Set<String> = [
        "PATH", "SHELL", "EDITOR", "VISUAL", "PAGER", "BROWSER", "TERMINAL", "LESSOPEN", "LESSCLOSE", "MANPAGER", "SSH_ASKPASS",
        "SUDO_ASKPASS", "RSYNC_RSH", "CVS_RSH", "TAR_OPTIONS", "MAKEFLAGS", "MAKEFILES", "HOME", "TMPDIR", "CC", "CXX", "LOCPATH",
        "NLSPATH",
        "TERMINFO", "TERMINFO_DIRS", "HOSTALIASES", "RES_OPTIONS", "LOCALDOMAIN", "CURL_HOME", "CURL_CA_BUNDLE", "WGETRC",
        "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "DOCKER_HOST", "DOCKER_CONFIG", "SSH_AUTH_SOCK", "DISPLAY",
        "WAYLAND_DISPLAY", "XAUTHORITY", "RUSTC_WRAPPER", "GNUPGHOME", "KUBECONFIG",
    ]

    private static let programPrefixes = [
        "GIT_", "PYTHON", "PERL", "NODE_", "RUBY", "JAVA_", "LUA_", "XDG_", "DBUS_", "CARGO_", "PIP_", "AWS_",
    ]

    static func namesProgram(_ name: String) -> Bool {
        let lower = name.lowercased()
        // Programs differ in the case that they read these in: curl(1), npm-config(7).
        return programs.contains(name) || programPrefixes.contains { name.hasPrefix($0) } || lower.hasSuffix("_proxy")
            || lower.hasPrefix("npm_config_")
    }

    /// Whether a variable of the bridge's own is likely to hold a secret, going by its name.
    static func soundsSecret(_ name: String) -> Bool {
        let name = name.uppercased()
        return ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL"].contains { name.contains($0) } || name.hasSuffix("KEY")
    }

    /// - Throws: ``DefinitionError`` if no process may be given a variable of this name.
    static func check(_ name: String, at location: SourceLocation) throws(DefinitionError) {
        guard let first = name.utf8.first, isWord(first), !isDigit(first), name.utf8.allSatisfy(isWord) else {
            throw DefinitionError(
                location, "\"\(name)\" is no name of an environment variable: letters, digits and _ make one, and no digit begins it")
        }
        guard !isLoader(name) else {
            throw DefinitionError(
                location,
                """
                the environment variable \(name) makes programs load other code, so no action may set it; \
                name a script that sets it as the executable instead
                """)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension EnvironmentNames {
    static let schema = ValueSchema.text("^[A-Za-z_][A-Za-z0-9_]*$")
}
