import DBus
import Testing

struct BusAddressTests {
    @Test(arguments: ["session", "system", "unix:path=/run/user/1000/bus", "unix:abstract=x,guid=00", "unix:path=/a;unix:path=/b"])
    func addressesOfLocalSocketsAreAccepted(_ text: String) throws {
        #expect(try BusAddress(text).description == text)
    }

    @Test(arguments: [
        "", "Session", "tcp:host=localhost,port=1", "unixexec:path=/bin/sh", "autolaunch:", "unix:path=/a;unixexec:path=/bin/sh",
        "unix:", "unix:path", "unix:path=/a\0b", "unix:path=%zz", "/run/bus",
    ])
    func otherAddressesAreRefused(_ text: String) {
        let error = #expect(throws: BusError.self) { try BusAddress(text) }
        #expect(error?.kind == .invalid)
    }
}
