/**
 * The loadable modules of a machine, of an era with a notifier. A room that brings another
 * one exports a LoadableModule, and it is added here.
 */
import { mlx5CoreModule } from "./core/index.ts";
import { type Era, type NotifierKind, notifierOf } from "./eras.ts";
import { ibCoreModule, ibUverbsModule, mlx5IbModule } from "./ib/index.ts";
import type { LoadableModule } from "./kernel/index.ts";
import { netModules } from "./net/index.ts";
import { netdevsimModule } from "./netdevsim/index.ts";
import { rxeModule } from "./rxe/index.ts";

/** Every module that modprobe finds. */
export function machineModules(era: Era, notifier: NotifierKind): readonly LoadableModule[] {
  return [
    ...netModules,
    netdevsimModule(era.netdevsim),
    mlx5CoreModule(era.mlx5),
    ibCoreModule(era.ib),
    ibUverbsModule,
    rxeModule,
    mlx5IbModule({ notifier: notifierOf(notifier) }),
  ];
}
