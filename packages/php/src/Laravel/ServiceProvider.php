<?php

declare(strict_types=1);

namespace OneLoginEdge\Laravel;

use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;
use OneLoginEdge\Verifier;

/**
 * Laravel's service provider, which Composer's discovery finds.
 *
 *     // config/one-login-edge.php
 *     return ['issuer' => 'https://YOUR-HOST', 'audience' => 'YOUR-ORIGIN-AUDIENCE', 'public' => ['/', '/assets/*']];
 *
 *     $request->user()->person->sub
 *     Route::get('/apply', …)->middleware('one-login:Cl.Cm.P2');
 */
final class ServiceProvider extends \Illuminate\Support\ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(Verifier::class, function ($app): Verifier {
            $read = $app['config']->get('one-login-edge') ?? throw new \LogicException('config/one-login-edge.php is not there');
            $file = $read['keys_file'] ?? $app->storagePath() . '/framework/one-login-edge-keys.json';
            return new Verifier($read['issuer'], $read['audience'], $file, $read['public'] ?? [], $read['bound'] ?? false);
        });
        // The person is the user of every request: no other guard of the application's defaults may name one.
        $this->app['config']->set('auth.guards.one-login', ['driver' => 'one-login']);
        $this->app['config']->set('auth.defaults.guard', 'one-login');
    }

    public function boot(): void
    {
        $this->app['auth']->viaRequest('one-login', function (Request $request) {
            $person = $request->attributes->get(Middleware::PERSON);
            return $person === null ? null : $this->app->make(Users::class)->find($person);
        });
        $this->app['router']->aliasMiddleware('one-login', RequireLevel::class);
        $this->app->make(Kernel::class)->prependMiddleware(Middleware::class);
    }
}
