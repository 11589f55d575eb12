/** Help texts of devlink, in words of our own: the grammar that this emulator takes. */
export const DEVLINK_HELP = `Usage: devlink [OPTION]... OBJECT COMMAND [ARGUMENT]...
       devlink OBJECT help
OBJECT is one of: dev, port, monitor, health
OPTION is one of: -V --Version, -j --json, -p --pretty, -v --verbose, -s --statistics, -n --no-nice-names,
                  -N --Netns NAME, -i --iec, -x --hex, -f --force
Objects of the real devlink that this emulator has not are refused by name.
`;

export const DEV_HELP = `Usage: devlink dev [show] [DEVICE]
       devlink dev reload DEVICE [netns NAME|PID] [action driver_reinit|fw_activate] [limit no_reset]
       devlink dev info [DEVICE]
       devlink dev eswitch show DEVICE
       devlink dev eswitch set DEVICE [mode legacy|switchdev] [inline-mode none|link|network|transport]
                               [encap-mode none|basic]
       devlink dev param [show] [DEVICE name PARAMETER]
       devlink dev param set DEVICE name PARAMETER value VALUE cmode permanent|driverinit|runtime
DEVICE is BUS/NAME, as in pci/0000:00:08.0.
`;

export const PORT_HELP = `Usage: devlink port [show] [BUS/NAME/PORT|NETDEV]
`;

export const HEALTH_HELP = `Usage: devlink health [show] [BUS/NAME[/PORT] reporter REPORTER]
`;

export const MONITOR_HELP = `Usage: devlink monitor [all|OBJECT]...
OBJECT is one of: dev, port, health, trap, trap-group, trap-policer
`;
