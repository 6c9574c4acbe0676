import DBus

/// What the bridge is called on the bus, and how it describes itself.
enum BusInterface {
    static let name = BusName(valid: "io.github.deskbridge1")
    static let path = ObjectPath(valid: "/io/github/deskbridge1")
    static let interface = InterfaceName(valid: "io.github.deskbridge1")
    static let stateChanged = MemberName(valid: "StateChanged")
    static let confirmed = MemberName(valid: "Confirmed")

    /// D-Bus Specification, "Introspection Data Format".
    static let description = """
          <interface name="org.freedesktop.DBus.Properties">
            <method name="Get">
              <arg name="interface_name" type="s" direction="in"/>
              <arg name="property_name" type="s" direction="in"/>
              <arg name="value" type="v" direction="out"/>
            </method>
            <method name="GetAll">
              <arg name="interface_name" type="s" direction="in"/>
              <arg name="properties" type="a{sv}" direction="out"/>
            </method>
            <method name="Set">
              <arg name="interface_name" type="s" direction="in"/>
              <arg name="property_name" type="s" direction="in"/>
              <arg name="value" type="v" direction="in"/>
            </method>
          </interface>
          <interface name="io.github.deskbridge1">
            <method name="Submit">
              <arg name="type" type="s" direction="in"/>
              <arg name="payload_json" type="s" direction="in"/>
              <arg name="idempotency_key" type="s" direction="in"/>
              <arg name="id" type="s" direction="out"/>
              <arg name="state" type="s" direction="out"/>
              <arg name="replayed" type="b" direction="out"/>
            </method>
            <method name="GetEvent">
              <arg name="id" type="s" direction="in"/>
              <arg name="event" type="a{sv}" direction="out"/>
            </method>
            <method name="ListQueue">
              <arg name="filter" type="a{sv}" direction="in"/>
              <arg name="events" type="aa{sv}" direction="out"/>
              <arg name="next" type="s" direction="out"/>
            </method>
            <method name="Acknowledge">
              <arg name="seq" type="t" direction="in"/>
              <arg name="acknowledged" type="t" direction="out"/>
            </method>
            <method name="Subscribe"/>
            <method name="Unsubscribe"/>
            <method name="GetClient">
              <arg name="client" type="s" direction="out"/>
            </method>
            <signal name="StateChanged">
              <arg name="id" type="s"/>
              <arg name="type" type="s"/>
              <arg name="before" type="s"/>
              <arg name="after" type="s"/>
            </signal>
            <signal name="Confirmed">
              <arg name="id" type="s"/>
              <arg name="type" type="s"/>
              <arg name="seq" type="t"/>
              <arg name="message_json" type="s"/>
            </signal>
            <property name="Version" type="s" access="read">
              <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
            </property>
          </interface>

        """
}
