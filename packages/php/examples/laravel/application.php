<?php

/** A service that says who is asking, in Laravel. */

declare(strict_types=1);

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Foundation\Application;
use Illuminate\Http\Request;

$app = new Application(__DIR__);
$app->singleton(Kernel::class, Illuminate\Foundation\Http\Kernel::class);
$app->singleton(ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);
$app->booted(function (Application $app): void {
    $page = function (Request $request) {
        $person = $request->user()?->person;
        return response()->json(['person' => $person === null ? null : get_object_vars($person)]);
    };
    foreach (OneLoginEdge\Person::LEVELS as $level) {
        $app['router']->get("/at/$level", $page)->middleware("one-login:$level");
    }
    $app['router']->any('/{path?}', $page)->where('path', '.*');
});
return $app;
