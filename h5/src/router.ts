import { createRouter, createWebHistory, type RouteLocationRaw } from 'vue-router'

import { useSession } from '@/stores/session'

import HomePage from '@/pages/HomePage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shows the four tabs. */
    tabs?: boolean
    /** Level without which the page is of no use: 1 login. Everything else is open to everybody. */
    level?: 1
  }
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'home', component: HomePage, meta: { tabs: true } },
    { path: '/services', component: () => import('@/pages/ServicesPage.vue'), meta: { tabs: true } },
    { path: '/search', component: () => import('@/pages/SearchPage.vue') },
    { path: '/region', component: () => import('@/pages/RegionPage.vue') },
    { path: '/matters/:id', props: true, component: () => import('@/pages/GuidePage.vue') },
    {
      path: '/matters/:id/apply',
      props: true,
      component: () => import('@/pages/ApplyPage.vue'),
      meta: { level: 1 },
    },
    { path: '/matters/:id/page', props: true, component: () => import('@/pages/own/OwnPage.vue') },
    { path: '/matters/:id/query', props: true, component: () => import('@/pages/QueryPage.vue') },
    { path: '/matters/:id/pay', props: true, component: () => import('@/pages/PayPage.vue'), meta: { level: 1 } },
    { path: '/payments/:id', props: true, component: () => import('@/pages/PaymentPage.vue'), meta: { level: 1 } },
    { path: '/sign-in', component: () => import('@/pages/SignInPage.vue') },
    { path: '/enter', component: () => import('@/pages/EnterPage.vue') },
    { path: '/real-name', component: () => import('@/pages/RealNamePage.vue'), meta: { level: 1 } },
    { path: '/face', component: () => import('@/pages/FacePage.vue'), meta: { level: 1 } },
    { path: '/face/return', component: () => import('@/pages/FaceReturnPage.vue'), meta: { level: 1 } },
    { path: '/cases', component: () => import('@/pages/CasesPage.vue'), meta: { level: 1 } },
    { path: '/cases/:number', props: true, component: () => import('@/pages/CasePage.vue'), meta: { level: 1 } },
    {
      path: '/cases/:number/submitted',
      props: true,
      component: () => import('@/pages/SubmittedPage.vue'),
      meta: { level: 1 },
    },
    {
      path: '/cases/:number/supplement',
      props: true,
      component: () => import('@/pages/SupplementPage.vue'),
      meta: { level: 1 },
    },
    { path: '/cases/:number/rating', props: true, component: () => import('@/pages/RatingPage.vue'), meta: { level: 1 } },
    { path: '/wallet', component: () => import('@/pages/WalletPage.vue'), meta: { level: 1 } },
    { path: '/wallet/:id', props: true, component: () => import('@/pages/LicensePage.vue'), meta: { level: 1 } },
    { path: '/verify/:code', props: true, component: () => import('@/pages/VerifyPage.vue') },
    { path: '/messages', component: () => import('@/pages/MessagesPage.vue'), meta: { tabs: true } },
    { path: '/me', component: () => import('@/pages/MePage.vue'), meta: { tabs: true } },
    { path: '/me/data', component: () => import('@/pages/MyDataPage.vue'), meta: { level: 1 } },
    { path: '/me/security', redirect: '/me/data' },
    { path: '/me/delegations', component: () => import('@/pages/DelegationsPage.vue'), meta: { level: 1 } },
    { path: '/me/companies', component: () => import('@/pages/CompaniesPage.vue'), meta: { level: 1 } },
    { path: '/me/companies/:id', component: () => import('@/pages/CompanyStaffPage.vue'), props: true, meta: { level: 1 } },
    { path: '/me/delegations/new', component: () => import('@/pages/DelegationNewPage.vue'), meta: { level: 1 } },
    { path: '/counter-code', component: () => import('@/pages/CounterCodePage.vue'), meta: { level: 1 } },
    { path: '/me/closure', component: () => import('@/pages/ClosurePage.vue'), meta: { level: 1 } },
    { path: '/me/drafts', component: () => import('@/pages/DraftsPage.vue'), meta: { level: 1 } },
    { path: '/me/payments', component: () => import('@/pages/PaymentsPage.vue'), meta: { level: 1 } },
    { path: '/me/preferences', component: () => import('@/pages/PreferencesPage.vue'), meta: { level: 1 } },
    { path: '/me/display', component: () => import('@/pages/DisplayPage.vue') },
    { path: '/offers/:id', props: true, component: () => import('@/pages/OfferPage.vue'), meta: { level: 1 } },
    { path: '/preview/:ticket', props: true, component: () => import('@/pages/preview/PreviewPage.vue') },
    {
      path: '/preview/:ticket/matters/:id',
      props: true,
      component: () => import('@/pages/preview/PreviewMatterPage.vue'),
    },
    { path: '/help', component: () => import('@/pages/HelpPage.vue') },
    { path: '/:rest(.*)*', component: () => import('@/pages/LostPage.vue') },
  ],
})

router.beforeEach(async (to): Promise<RouteLocationRaw | true> => {
  if (to.meta.level !== 1) return true
  const session = useSession()
  try {
    await session.ready()
  } catch {
    return true // who is here is unknown without a network: the page says so, and keeps what it has
  }
  return session.signedIn ? true : { path: '/sign-in', query: { to: to.fullPath }, replace: true }
})

// After a new build the old chunks are gone: load the page anew, once.
router.onError((error, to) => {
  if (!/dynamically imported module|module script failed|Failed to fetch/i.test(String(error)) || !navigator.onLine) return
  const mark = `tf.reloaded:${to.fullPath}`
  try {
    if (sessionStorage.getItem(mark)) return
    sessionStorage.setItem(mark, '1')
  } catch {
    return
  }
  location.assign(to.fullPath)
})

/** A path of these pages from an address or a message, or the fallback: never a way to another site. */
export function ownPath(value: unknown, fallback: string): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) && value.length <= 300 ? value : fallback
}
