/** Help texts of devlink, in words of our own: the grammar that this emulator takes. */
export const DEVLINK_HELP = `Usage: devlink [OPTION]... OBJECT COMMAND [ARGUMENT]...
       devlink OBJECT help
       devlink [--force] --batch FILE
OBJECT is one of: dev, port, sb, monitor, dpipe, resource, region, health, trap, lc
OPTION is one of: -V --Version, -j --json, -p --pretty, -v --verbose, -s --statistics, -n --no-nice-names,
                  -N --Netns NAME, -i --iec, -x --hex, -f --force, -b --batch FILE
`;

export const DEV_HELP = `Usage: devlink dev [show] [DEVICE]
       devlink dev reload DEVICE [netns NAME|PID] [action driver_reinit|fw_activate] [limit no_reset]
       devlink dev info [DEVICE]
       devlink dev eswitch show DEVICE
       devlink dev eswitch set DEVICE [mode legacy|switchdev] [inline-mode none|link|network|transport]
                               [encap-mode none|basic]
       devlink dev param [show] [DEVICE name PARAMETER]
       devlink dev flash DEVICE file FILE [component NAME] [overwrite settings|identifiers]...
       devlink dev selftests [show] [DEVICE]
       devlink dev selftests run DEVICE [id TEST...]
       devlink dev param set DEVICE name PARAMETER value VALUE cmode permanent|driverinit|runtime
DEVICE is BUS/NAME, as in pci/0000:00:08.0.
`;

export const PORT_HELP = `Usage: devlink port [show] [PORT]
       devlink port set PORT type auto|eth|ib
       devlink port split PORT count COUNT
       devlink port unsplit PORT
       devlink port param [show] [PORT name PARAMETER]
       devlink port param set PORT name PARAMETER value VALUE cmode permanent|driverinit|runtime
       devlink port function set|rate ...
       devlink port health ...
       devlink port add DEVICE[/INDEX] flavour FLAVOUR pfnum NUMBER [sfnum NUMBER] [controller NUMBER]
       devlink port del PORT
PORT is BUS/NAME/INDEX, or the name of its network device.
`;

export const PORT_ADD_HELP = `Usage: devlink port add DEVICE[/INDEX] flavour FLAVOUR pfnum NUMBER [sfnum NUMBER] [controller NUMBER]
`;

export const PORT_DEL_HELP = `Usage: devlink port del PORT
`;

export const FUNCTION_HELP = `Usage: devlink port function set PORT [hw_addr ADDRESS] [state active|inactive]
       devlink port function rate ...
`;

export const RATE_HELP = `Usage: devlink port function rate [show] [PORT|DEVICE/NODE]
       devlink port function rate add DEVICE/NODE [tx_share RATE] [tx_max RATE] [parent NODE|noparent]
       devlink port function rate set PORT|DEVICE/NODE [tx_share RATE] [tx_max RATE] [parent NODE|noparent]
       devlink port function rate del DEVICE/NODE
RATE is a number of bits a second, or one with a unit: bit or bps (bytes), behind k, m, g, t or ki, mi, gi, ti.
`;

export const SB_HELP = `Usage: devlink sb [show] [DEVICE [sb INDEX]]
       devlink sb pool [show] [DEVICE [sb INDEX] pool INDEX]
       devlink sb pool set DEVICE [sb INDEX] pool INDEX size SIZE thtype static|dynamic
       devlink sb port pool [show] [PORT [sb INDEX] pool INDEX]
       devlink sb port pool set PORT [sb INDEX] pool INDEX th THRESHOLD
       devlink sb tc bind [show] [PORT [sb INDEX] tc INDEX type ingress|egress]
       devlink sb tc bind set PORT [sb INDEX] tc INDEX type ingress|egress pool INDEX th THRESHOLD
       devlink sb occupancy show DEVICE|PORT [sb INDEX]
       devlink sb occupancy snapshot|clearmax DEVICE [sb INDEX]
`;

export const DPIPE_HELP = `Usage: devlink dpipe table show DEVICE [name TABLE]
       devlink dpipe table set DEVICE name TABLE counters_enabled true|false
       devlink dpipe table dump DEVICE name TABLE
       devlink dpipe header show DEVICE
`;

export const REGION_HELP = `Usage: devlink region [show] [DEVICE/REGION]
       devlink region new DEVICE/REGION [snapshot ID]
       devlink region del DEVICE/REGION snapshot ID
       devlink region dump DEVICE/REGION snapshot ID
       devlink region read DEVICE/REGION snapshot ID address ADDRESS length LENGTH
`;

export const TRAP_HELP = `Usage: devlink trap [show] [DEVICE trap TRAP]
       devlink trap set DEVICE trap TRAP [action drop|trap|mirror]
       devlink trap group [show] [DEVICE group GROUP]
       devlink trap group set DEVICE group GROUP [action drop|trap|mirror] [policer ID|nopolicer]
       devlink trap policer [show] [DEVICE policer ID]
       devlink trap policer set DEVICE policer ID [rate RATE] [burst BURST]
`;

export const LC_HELP = `Usage: devlink lc [show] [DEVICE [lc INDEX]]
       devlink lc set DEVICE lc INDEX type TYPE|notype
`;

export const HEALTH_HELP = `Usage: devlink health [show] [DEVICE|PORT reporter REPORTER]
       devlink health recover|diagnose|test DEVICE|PORT reporter REPORTER
       devlink health dump show|clear DEVICE|PORT reporter REPORTER
       devlink health set DEVICE|PORT reporter REPORTER [grace_period MSEC] [auto_recover true|false]
                      [auto_dump true|false]
`;

export const RESOURCE_HELP = `Usage: devlink resource show DEVICE
       devlink resource set DEVICE path PATH size SIZE
PATH is names of resources, from the top, with slashes between.
`;

export const MONITOR_HELP = `Usage: devlink monitor [all|OBJECT]...
OBJECT is one of: dev, port, lc, health, trap, trap-group, trap-policer
`;
