import DeskbridgeCore
import Testing

struct BridgeHomeTests {
    @Test(
        arguments: [
            ("/data/bridge", [:], "/data/bridge"),
            ("/data//bridge/./", [:], "/data/bridge"),
            ("bridge", [:], "/desk/bridge"),
            ("./bridge/../other", [:], "/desk/bridge/../other"),
            (".", [:], "/desk"),
            ("~/bridge", ["HOME": "/home/me"], "/home/me/bridge"),
            ("~", ["HOME": "/home/me/"], "/home/me"),
            ("/flag", ["DESKBRIDGE_HOME": "/variable"], "/flag"),
            (nil, ["DESKBRIDGE_HOME": "/variable", "XDG_CONFIG_HOME": "/c"], "/variable"),
            (nil, ["DESKBRIDGE_HOME": "here"], "/desk/here"),
            ("/", [:], ""),
        ] as [(String?, [String: String], String)])
    func oneFolderHoldsEverything(flag: String?, environment: [String: String], folder: String) throws {
        let home = try BridgeHome.locate(flag: flag, environment: environment, workingDirectory: "/desk")
        #expect(home == BridgeHome(below: folder))
        #expect(home.configurationFile == "\(folder)/deskbridge.yaml")
        #expect(home.actions == "\(folder)/actions")
        #expect(home.policies == "\(folder)/policies")
        #expect(home.state == "\(folder)/state")
        #expect(home.run == "\(folder)/run")
        #expect(try home.controlSocket() == "\(folder)/run/control.sock")
    }

    @Test(arguments: [
        (
            ["HOME": "/home/me"],
            "/home/me/.config/deskbridge/deskbridge.yaml", "/home/me/.local/state/deskbridge", "/home/me/.local/state/deskbridge/run"
        ),
        (
            ["HOME": "/home/me", "XDG_CONFIG_HOME": "/c/", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/run/user/1000"],
            "/c/deskbridge/deskbridge.yaml", "/s/deskbridge", "/run/user/1000/deskbridge"
        ),
        (
            ["XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"],
            "/c/deskbridge/deskbridge.yaml", "/s/deskbridge", "/s/deskbridge/run"
        ),
        // Relative and empty ones don't count.
        (
            ["HOME": "/home/me", "DESKBRIDGE_HOME": "", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": "./run"],
            "/home/me/.config/deskbridge/deskbridge.yaml", "/home/me/.local/state/deskbridge", "/home/me/.local/state/deskbridge/run"
        ),
    ])
    func withoutOneTheXDGFoldersAreUsed(environment: [String: String], configuration: String, state: String, run: String) throws {
        let home = try BridgeHome.locate(flag: nil, environment: environment, workingDirectory: "/desk")
        #expect(home.configurationFile == configuration)
        #expect(home.actions == configuration.replacing("deskbridge.yaml", with: "actions"))
        #expect(home.policies == configuration.replacing("deskbridge.yaml", with: "policies"))
        #expect(home.state == state)
        #expect(home.run == run)
    }

    @Test(
        arguments: [
            ("", [:], .emptyFlag),
            (nil, [:], .noHome),
            (nil, ["HOME": "home/me"], .noHome),
            (nil, ["HOME": "", "XDG_CONFIG_HOME": "/c"], .noHome),
            ("~/x", [:], .noHome),
        ] as [(String?, [String: String], BridgeHomeError)])
    func whatGivesNoPlaceIsRefused(flag: String?, environment: [String: String], error: BridgeHomeError) {
        #expect(throws: error) { try BridgeHome.locate(flag: flag, environment: environment, workingDirectory: "/desk") }
    }

    @Test func aSocketPathHasAtMost107Bytes() throws {
        let longest = BridgeHome(below: "/" + String(repeating: "x", count: 107 - 1 - "/run/control.sock".count))
        #expect(try longest.controlSocket().utf8.count == 107)
        let tooLong = BridgeHome(below: "/é" + String(repeating: "x", count: 107 - 2 - "/run/control.sock".count))
        #expect(throws: BridgeHomeError.socketPathTooLong(tooLong.run + "/control.sock")) { try tooLong.controlSocket() }
        #expect(
            BridgeHomeError.socketPathTooLong("/a/control.sock").description
                == "the control socket's path is 15 bytes long, and at most 107 are possible: choose a shorter --home (/a/control.sock)")
    }
}
