<?php

declare(strict_types=1);

namespace OneLoginEdge\Symfony;

use OneLoginEdge\Verifier;
use Symfony\Component\Config\Definition\Builder\TreeBuilder;
use Symfony\Component\Config\Definition\ConfigurationInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Extension\Extension;

/** Reads `one_login_edge`, and makes the verifier and the authenticator of it. */
final class OneLoginEdgeExtension extends Extension implements ConfigurationInterface
{
    public function getConfigTreeBuilder(): TreeBuilder
    {
        $tree = new TreeBuilder('one_login_edge');
        $children = $tree->getRootNode()->children();
        $children->scalarNode('issuer')->isRequired()->cannotBeEmpty()->info('https://YOUR-HOST');
        $children->scalarNode('audience')->isRequired()->cannotBeEmpty()->info('your origin_audience');
        $children->scalarNode('keys_file')->defaultValue('%kernel.cache_dir%/one-login-edge-keys.json')->info('where keys are kept between requests; only the service may write there');
        $children->arrayNode('public')->info('paths that need no sign-in: /about, or /assets/*')->scalarPrototype();
        $children->booleanNode('bound')->defaultFalse()->info('whether an assertion counts only for the request that it names');
        return $tree;
    }

    public function load(array $configs, ContainerBuilder $container): void
    {
        $read = $this->processConfiguration($this, $configs);
        // Public, so that a test of the service can put its own there.
        $container->autowire(Verifier::class)->setPublic(true)->setArguments([$read['issuer'], $read['audience'], $read['keys_file'], $read['public'], $read['bound']]);
        $container->autowire(Authenticator::class);
    }

    public function getAlias(): string
    {
        return 'one_login_edge';
    }
}
