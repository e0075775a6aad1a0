<?php

declare(strict_types=1);

namespace Example;

use OneLoginEdge\Symfony\Authenticator;
use OneLoginEdge\Symfony\OneLoginEdgeBundle;
use OneLoginEdge\Symfony\User;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Bundle\SecurityBundle\SecurityBundle;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;
use Symfony\Component\Security\Core\Exception\AccessDeniedException;

/** A service that says who is asking, in Symfony. */
final class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        return [new FrameworkBundle(), new SecurityBundle(), new OneLoginEdgeBundle()];
    }

    protected function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', ['secret' => 'of an example', 'http_method_override' => false]);
        $container->extension('one_login_edge', [
            'issuer' => 'https://demo.example.gov.uk',
            'audience' => 'https://origin.demo.example.gov.uk',
            'public' => ['/', '/open/*', '/robots.txt'],
        ]);
        $main = [
            'stateless' => true,
            'custom_authenticators' => [Authenticator::class],
            'entry_point' => Authenticator::class,
            'access_denied_handler' => Authenticator::class,
        ];
        // Symfony 5.4 asks for its new kind of authenticator by name.
        $manager = self::MAJOR_VERSION === 5 ? ['enable_authenticator_manager' => true] : [];
        $container->extension('security', $manager + ['firewalls' => ['main' => $main]]);
        $container->services()->alias('test.tokens', 'security.token_storage')->public();
        $container->services()->alias('test.access', 'security.authorization_checker')->public();
    }

    protected function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->add('level', '/at/{level}')->controller([$this, 'level']);
        $routes->add('page', '/{path}')->controller([$this, 'page'])->requirements(['path' => '.*']);
    }

    public function page(): Response
    {
        $user = $this->getContainer()->get('test.tokens')->getToken()?->getUser();
        $person = $user instanceof User ? $user->person : null;
        return new JsonResponse(['person' => $person === null ? null : get_object_vars($person)]);
    }

    public function level(string $level): Response
    {
        $role = User::role($level);
        if (!$this->getContainer()->get('test.access')->isGranted($role)) {
            $denied = new AccessDeniedException();
            $denied->setAttributes([$role]);
            throw $denied;
        }
        return $this->page();
    }

    public function getProjectDir(): string
    {
        return __DIR__;
    }

    public function getCacheDir(): string
    {
        return sys_get_temp_dir() . '/one-login-edge-symfony-' . getmypid();
    }

    public function getLogDir(): string
    {
        return $this->getCacheDir();
    }
}
